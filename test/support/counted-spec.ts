/** A spec whose images lie in a registry of ours that keeps a list of what it is asked for. */
import { expect } from 'vitest'
import { createRegistry } from '../../src/adapters/registry/index.ts'
import type { Talk } from '../../src/kernel/ports/index.ts'
import { printYaml } from '../../src/kernel/yaml/index.ts'
import type { LockRequest } from '../../src/seal/locking/index.ts'
import { type LockResult, lock } from '../../src/seal/verbs/lock.ts'
import { connectedSpec } from './connected-spec.ts'
import { type FaultyOptions, type FaultyRegistry, startFaultyRegistry } from './faulty-registry.ts'
import { RecordingClock } from './recording-clock.ts'
import { ServedStore } from './served-store.ts'

/** The spec, its registry (`registry.test`) and what was asked since it was counted last. */
export interface CountedSpec extends Awaited<ReturnType<typeof connectedSpec>> {
  readonly store: ServedStore
  readonly server: FaultyRegistry
  /** What the chart renders to; a test may change it. */
  readonly images: string[]
  lock(more?: Partial<LockRequest>, talk?: Partial<Talk>): Promise<LockResult>
  /** What was asked since the last call, one by one: `GET manifests app:1`. */
  asked(): string[]
  stop(): Promise<void>
}

/** What a test wants otherwise: also registries that nobody reaches. */
interface CountedOptions extends Pick<FaultyOptions, 'referrers'> {
  readonly images?: string[]
  readonly unreachable?: readonly string[]
  readonly changes?: Readonly<Record<string, unknown>> & { readonly platforms?: readonly string[] }
}

/** Two platforms unless `changes` says otherwise. */
export async function countedSpec({
  images = ['registry.test/app:1'],
  unreachable = [],
  referrers = {},
  changes = {},
}: CountedOptions = {}): Promise<CountedSpec> {
  const store = new ServedStore()
  const server = await startFaultyRegistry({ images: store.images, referrers })
  const platforms = changes.platforms ?? ['linux/amd64', 'linux/arm64']
  const tools = platforms.map(platform => ({ name: 'helm', version: 'v4.3.1', platform, path: 'helm' }))
  const made = await connectedSpec({ images, changes: { tools, ...changes, platforms } })
  const endpoints = [['registry.test', server.host], ...unreachable.map(name => [name, '127.0.0.1:9'])]
  const mirrors = Object.fromEntries(
    endpoints.map(([name, host]) => [name, { endpoint: [`http://${host}`] }]),
  )
  const connection = createRegistry({
    registries: { path: 'registries.yaml', text: printYaml({ mirrors }) },
    clock: new RecordingClock(),
    environment: { HOME: '/nonexistent' },
  })
  const asked = () =>
    server.requests.splice(0).map(({ method, url }) => {
      const [, repository, kind, rest] = /^\/v2\/(.+)\/(manifests|blobs|referrers)\/([^?]+)/.exec(url) ?? []
      return kind === undefined ? `${method} ${url}` : `${method} ${kind} ${repository}:${rest}`
    })
  return {
    ...made,
    store,
    server,
    asked,
    images,
    lock: (more, talk) =>
      lock(
        { specDir: 'spec', platform: 'linux/amd64', budget: 'hold', ...more },
        { ...made.host, registry: connection.registry, web: connection.web },
        { ...made.talk, ...talk },
      ),
    async stop() {
      await connection.close()
      await server.stop()
    },
  }
}

/** The manifests that were read and that were only looked at, tags and digests alike; each may be read once. */
export function manifests(asked: readonly string[]) {
  const of = (method: string) =>
    asked.flatMap(line => (line.startsWith(`${method} manifests `) ? [line.split(' ')[2] ?? ''] : []))
  const [read, looked] = [of('GET'), of('HEAD')]
  expect(read).toEqual([...new Set(read)])
  expect(looked).toEqual([...new Set(looked)])
  return { read, looked }
}
