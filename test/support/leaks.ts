/** Looks for secrets where none may be. */
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
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

/**
 * Watches the arguments of every process of this machine until it is stopped; gives all that were seen. A process is
 * read when it is new, and again while it may still become another program; to read all of them each time would take
 * a processor for itself.
 */
export function watchArguments(): { stop(): Promise<Set<string>> } {
  const seen = new Set<string>()
  const looks = new Map<string, number>()
  let going = true
  const look = async (most: number) => {
    const pids = new Set((await readdir('/proc')).filter(name => /^\d+$/.test(name)))
    for (const pid of looks.keys()) if (!pids.has(pid)) looks.delete(pid)
    const young = [...pids].filter(pid => (looks.get(pid) ?? 0) < most)
    for (const pid of young) looks.set(pid, (looks.get(pid) ?? 0) + 1)
    const lines = young.map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))
    for (const line of await Promise.all(lines)) seen.add(line)
  }
  const watching = (async () => {
    for (let round = 0; going; round++) {
      await look(round % 50 === 0 ? Number.POSITIVE_INFINITY : 5)
      await sleep(20)
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
