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

/** One call, in the words of RBAC. */
export interface AskedCall {
  readonly verb: string
  readonly apiGroup: string
  readonly resource: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
  /** The status of the answer. */
  readonly code: number
}

/** The calls so far for objects, each once, and those for other paths left out. */
export async function askedCalls(dir: string): Promise<AskedCall[]> {
  const text = await readFile(join(dir, logFile), 'utf8').catch(() => '')
  const calls = new Map<string, AskedCall>()
  for (const line of text.split('\n').filter(each => each !== '')) {
    const { verb, objectRef, responseStatus } = JSON.parse(line)
    if (objectRef === undefined) continue
    const { apiGroup = '', resource, subresource, namespace, name } = objectRef
    const call: AskedCall = {
      ...{ verb, apiGroup, resource },
      ...(subresource ? { subresource } : {}),
      ...(namespace ? { namespace } : {}),
      ...(name ? { name } : {}),
      code: responseStatus?.code ?? 0,
    }
    calls.set(JSON.stringify(call), call)
  }
  return [...calls.values()]
}
