/** What the API server notes of calls by accounts that Sealift is given, so that a test knows what it asked. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The group of the accounts whose calls are noted: those of a namespace of this name. */
export const watchedNamespace = 'change-window'

const logFile = 'audit.jsonl'

/** Writes an audit policy (audit.k8s.io/v1), and gives the API server's flags for it. */
export async function auditFlags(dir: string): Promise<Record<string, string>> {
  const policy = join(dir, 'audit-policy.json')
  const rules = [
    { level: 'Metadata', userGroups: [`system:serviceaccounts:${watchedNamespace}`] },
    { level: 'None' },
  ]
  const omitStages = ['RequestReceived', 'ResponseStarted']
  await writeFile(
    policy,
    JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages, rules }),
  )
  return { 'audit-policy-file': policy, 'audit-log-path': join(dir, logFile) }
}

/**
 * What RBAC has refused so far to those who are watched, as the API server said it, each once: what admission or a policy
 * refuses is in other words.
 */
export async function refusedByRights(dir: string): Promise<string[]> {
  const text = await readFile(join(dir, logFile), 'utf8')
  const said = text.split('\n').flatMap(line => {
    if (!line.includes('is forbidden')) return []
    const { message = '' } = JSON.parse(line).responseStatus ?? {}
    return /is forbidden: user "/i.test(message) ? [message as string] : []
  })
  return [...new Set(said)]
}
