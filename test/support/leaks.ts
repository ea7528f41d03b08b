/** Looks for secrets where none may be. */
import { readdir, readFile } from 'node:fs/promises'
import type { TestCluster } from './cluster/index.ts'

/** Every value that is secret on a site: keys, passwords, client secrets, and the passwords inside connection URIs. */
export async function secretsOf(cluster: TestCluster): Promise<string[]> {
  const places = [
    'infisical/infisical-secrets',
    'sealift-system/infisical-admin',
    'external-secrets/infisical-universal-auth',
    'databases/postgres-superuser',
    'databases/dragonfly-auth',
  ]
  const open = /^(email|organization|organizationId|clientId|username|SITE_URL|.*_ENABLED|NODE_OPTIONS)$/
  const found: string[] = []
  for (const place of places) {
    const [namespace = '', name = ''] = place.split('/')
    const { data } = JSON.parse(await cluster.kubectl(['-n', namespace, 'get', 'secret', name, '-o', 'json']))
    for (const [key, value] of Object.entries<string>(data))
      if (!open.test(key)) found.push(Buffer.from(value, 'base64').toString())
  }
  const passwords = found.flatMap(value => /:\/\/[^:/]*:([^@]+)@/.exec(value)?.[1] ?? [])
  return [...new Set([...found, ...passwords])]
}

/** Watches the arguments of every process of this machine until it is stopped; gives all that were seen. */
export function watchArguments(): { stop(): Promise<Set<string>> } {
  const seen = new Set<string>()
  let going = true
  const watching = (async () => {
    while (going) {
      const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
      for (const line of await Promise.all(
        pids.map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
      ))
        seen.add(line)
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  })()
  return {
    async stop() {
      going = false
      await watching
      return seen
    },
  }
}
