/** Looks for secrets where none may be. */
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { KubeConfig, Watch } from '@kubernetes/client-node'
import type { TestCluster } from './cluster/index.ts'

const open =
  /^(email|organization|organizationId|clientId|username|SITE_URL|.*_ENABLED|ALLOW_INTERNAL_IP_CONNECTIONS|NODE_OPTIONS|MALLOC_.*|UV_.*|(ca|tls)\.crt)$/
const records = ['helm.sh/release.v1', 'sealift.dev/journal']

/**
 * Collects every value that is secret on a site, from now on and however short its life: keys, passwords, client
 * secrets, what the proof sends, and the passwords inside connection URIs.
 */
export async function watchSecrets(cluster: TestCluster): Promise<{ found: Set<string>; stop(): void }> {
  const config = new KubeConfig()
  config.loadFromFile(cluster.kubeconfig)
  const found = new Set<string>()
  const note = (_: string, { type, data = {} }: { type: string; data?: Record<string, string> }) => {
    if (records.includes(type)) return
    for (const [key, encoded] of Object.entries(data)) {
      if (open.test(key)) continue
      const value = Buffer.from(encoded, 'base64').toString()
      found.add(value)
      for (const [, password = ''] of value.matchAll(/:\/\/[^:/]*:([^@]+)@/g)) found.add(password)
    }
  }
  let going = true
  let watching: AbortController
  // The client ends a watch that brings nothing for half a minute; the next one begins with all that is there.
  const watch = async () => {
    watching = await new Watch(config).watch('/api/v1/secrets', {}, note, () => {
      if (going) void watch().catch(() => {})
    })
  }
  await watch()
  const stop = () => {
    going = false
    watching.abort()
  }
  return { found, stop }
}

/**
 * Watches the arguments of every process of this machine until it is stopped; gives all that were seen. A process is
 * read when it is new, and again while it may still become another program; to read all of them each time would take
 * a processor for itself.
 */
export function watchArguments(): { seen: Set<string>; stop(): Promise<Set<string>> } {
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
      await look(round % 20 === 0 ? Number.POSITIVE_INFINITY : 5)
      await sleep(50)
    }
  })()
  return {
    seen,
    async stop() {
      going = false
      await watching
      return seen
    },
  }
}
