/**
 * As much of K3s as has to do with its folder of images, on a containerd without K3s: no K3s can be had where these
 * tests run. It does what K3s 1.32 and later were seen to do (its pkg/agent/containerd/watcher.go): looks while it runs,
 * imports two seconds after a change what has a name that it knows and has not met, never what comes back under the
 * same name and size; does not unpack; pins with both labels; names what it imports by digest as well.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestContainerd } from './containerd.ts'
import { clearPinsAsK3s } from './k3s-start.ts'

/** It runs until it is stopped. */
export interface K3sImages {
  /** What it has imported, or failed to, a line each. */
  readonly log: readonly string[]
  /** Ends it, and starts it again as after a restart of K3s: pins are taken off, all that lies there is imported. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const delay = 2000
const pins = ['io.cattle.k3s.pinned=pinned', 'io.cri-containerd.pinned=pinned']

/** Starts it on `<dataDir>/agent/images`. */
export function startK3sImages(containerd: TestContainerd, dataDir: string): K3sImages {
  const folder = join(dataDir, 'agent/images')
  const log: string[] = []
  let met = new Map<string, number>()
  let stopping = new AbortController()
  let watching = watch(stopping.signal)

  async function importFile(name: string): Promise<void> {
    const before = await digests()
    try {
      await containerd.run('images', 'import', '--no-unpack', join(folder, name))
    } catch (error) {
      log.push(`Failed to import ${name}: ${error instanceof Error ? error.message : error}`)
      return
    }
    for (const [image, digest] of await digests()) {
      if (before.get(image) === digest && before.size > 0 && !(await isUnpinned(image))) continue
      const repository = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
      await containerd.run('images', 'label', image, ...pins)
      if (image.includes('@') && !/:[^/]*@/.test(image)) continue
      await containerd.run('images', 'tag', '--force', image, `${repository}@${digest}`)
      await containerd.run('images', 'label', `${repository}@${digest}`, ...pins)
    }
    log.push(`Imported images from ${name}`)
  }

  async function digests(): Promise<Map<string, string>> {
    const rows = (await containerd.run('images', 'ls')).split('\n').slice(1)
    return new Map(
      rows.flatMap(row => {
        const [, name = '', digest = ''] = /^(\S+)\s+\S+\s+(sha256:\S+)/.exec(row) ?? []
        return name === '' || name.startsWith('sha256:') ? [] : [[name, digest] as const]
      }),
    )
  }

  const isUnpinned = async (image: string) =>
    !(await containerd.run('images', 'ls', `name==${image}`)).includes('io.cattle.k3s.pinned=pinned')

  async function sizes(): Promise<Map<string, number>> {
    const names = (await readdir(folder).catch(() => [])).filter(name => name.endsWith('.tar'))
    const found = await Promise.all(
      names.map(async name => [name, await stat(join(folder, name)).catch(() => undefined)] as const),
    )
    return new Map(found.flatMap(([name, stats]) => (stats ? [[name, stats.size]] : [])))
  }

  async function watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const now = await sizes()
      const fresh = [...now.keys()].filter(name => !met.has(name))
      met = now
      if (fresh.length > 0) await sleep(delay, undefined, { signal }).catch(() => {})
      for (const name of fresh) if (!signal.aborted && (await sizes()).has(name)) await importFile(name)
      await sleep(100, undefined, { signal }).catch(() => {})
    }
  }

  const stop = async () => {
    stopping.abort()
    await watching
  }
  return {
    log,
    stop,
    async restart() {
      await stop()
      await clearPinsAsK3s(containerd)
      met = await sizes()
      for (const name of [...met.keys()].sort()) await importFile(name)
      stopping = new AbortController()
      watching = watch(stopping.signal)
    },
  }
}
