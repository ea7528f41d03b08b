/** A spec with one small chart of its own, for tests that need other images than the sandbox's. */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectedHost } from '../../src/adapters/connected-host.ts'
import { thisPlatform } from '../../src/adapters/platform.ts'
import { printYaml } from '../../src/kernel/yaml/index.ts'
import { build } from '../../src/seal/verbs/build/index.ts'
import { type LockResult, lock } from '../../src/seal/verbs/lock.ts'
import { recordedTalk } from './recorded-talk.ts'
import { goTool } from './tools/build.ts'

/** A folder with bundle.yaml, a chart and helm, and what was told while it was worked on. */
export interface SpecOfImages {
  readonly dir: string
  readonly told: readonly string[]
  /** Locks it. */
  lock(attestations?: boolean): Promise<LockResult>
  /** Builds into a folder of this name; gives the bundle's path. */
  build(out: string, concurrency?: number): Promise<string>
  stop(): Promise<void>
}

/** Writes a spec for images of `docker.io`, which is the registry at `registry`. */
export async function specOfImages(
  registry: string,
  images: readonly string[],
  platforms: readonly string[] = ['linux/amd64'],
): Promise<SpecOfImages> {
  const dir = await mkdtemp(join(tmpdir(), 'sealift-spec-'))
  const chart = join(dir, 'chart')
  await mkdir(join(chart, 'templates'), { recursive: true })
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: small\nversion: 1.0.0\n')
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'small' },
    spec: { containers: images.map((image, i) => ({ name: `c${i}`, image })) },
  }
  await writeFile(join(chart, 'templates', 'pod.yaml'), printYaml(pod))
  await copyFile(await goTool('helm'), join(dir, 'helm'))
  const spec = {
    apiVersion: 'sealift.dev/v1',
    kind: 'Bundle',
    metadata: { name: 'small', version: '1.0.0' },
    platforms,
    kubernetes: '1.36.0',
    charts: [{ name: 'small', path: 'chart', version: '1.0.0', release: 'small', namespace: 'small' }],
    tools: platforms.map(platform => ({ name: 'helm', version: 'v4.3.1', platform, path: 'helm' })),
    budget: { memory: '1Mi', cpu: '1m' },
  }
  await writeFile(join(dir, 'bundle.yaml'), printYaml(spec))
  const registries = join(dir, 'registries.yaml')
  await writeFile(registries, printYaml({ mirrors: { 'docker.io': { endpoint: [`http://${registry}`] } } }))
  const host = await connectedHost(registries, { HOME: '/nonexistent' }, () => {})
  const talk = recordedTalk()
  return {
    dir,
    told: talk.told,
    async lock(attestations = true) {
      const request = { specDir: dir, platform: thisPlatform(), budget: 'warn' as const, attestations }
      return lock(request, host, talk)
    },
    async build(out, concurrency = 3) {
      const request = {
        specDir: dir,
        platform: thisPlatform(),
        output: join(dir, out),
        concurrency,
        epoch: 0,
      }
      return (await build(request, host, talk)).path
    },
    async stop() {
      await host.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
