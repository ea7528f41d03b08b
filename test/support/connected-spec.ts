/** A spec with one chart and one image, and a connected side in memory: what locking and building need. */
import { writePackage } from '../../src/kernel/packages/index.ts'
import type { ConnectedHost, Talk } from '../../src/kernel/ports/index.ts'
import { printYaml } from '../../src/kernel/yaml/index.ts'
import { memoryFiles } from './memory-files.ts'
import { MemoryRegistry, memoryWeb } from './memory-registry.ts'
import { RecordingClock } from './recording-clock.ts'
import { recordingReporter } from './recording-reporter.ts'

const memory = '20Mi'
const podOf = (images: readonly string[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'app' },
  spec: {
    containers: images.map((image, i) => ({
      name: i === 0 ? 'main' : `more-${i}`,
      image,
      resources: { requests: { memory, cpu: '10m' } },
    })),
  },
})
const spec = {
  apiVersion: 'sealift.dev/v1',
  kind: 'Bundle',
  metadata: { name: 'small', version: '1.0.0' },
  kubernetes: '1.36.0',
  charts: [{ name: 'app', path: 'app.tgz', version: '1.0.0', release: 'app', namespace: 'apps' }],
  tools: [{ name: 'helm', version: 'v4.3.1', platform: 'linux/amd64', path: 'helm' }],
  budget: { memory: '640Mi', cpu: '300m' },
}

/** The package of a chart without templates: what it renders to is the test's own word. */
export function chartPackage(name: string, description = 'a chart'): Uint8Array {
  const text = `apiVersion: v2\nname: ${name}\nversion: 1.0.0\ndescription: ${description}\n`
  return writePackage([{ path: `${name}/Chart.yaml`, bytes: Buffer.from(text) }])
}

/** What a test wants otherwise: the images that each chart renders to, and fields of bundle.yaml. */
export interface SpecOptions {
  /** Changed by a test while it runs, they are what charts render to from then on. */
  readonly images?: string[]
  readonly changes?: Readonly<Record<string, unknown>>
}

/** The folder `spec`, its host, what was told, how many helms are unpacked or ever were, and what is rendered beside its pod. */
export async function connectedSpec({ images = ['registry.test/app:1'], changes = {} }: SpecOptions = {}) {
  const files = memoryFiles()
  await files.write('spec/app.tgz', chartPackage('app'))
  await files.write('spec/helm', 'the program')
  const writeSpec = (more: Readonly<Record<string, unknown>> = {}) =>
    files.write('spec/bundle.yaml', printYaml({ ...spec, ...changes, ...more }))
  await writeSpec()
  const registry = new MemoryRegistry()
  const rendered = { more: '' }
  const pushImage = (layer: string) => registry.image('registry.test/app', '1', 'amd64', [layer])
  pushImage('the layer')
  const helms = { unpacked: 0, ever: 0 }
  const never = () => Promise.reject(new Error('locking and building install nothing'))
  const host: ConnectedHost = {
    files,
    registry,
    web: memoryWeb({}),
    clock: new RecordingClock(),
    async helmFrom() {
      helms.unpacked += 1
      helms.ever += 1
      return {
        ...{ upgrade: never, rollback: never, uninstall: never, status: never, render: never },
        template: async () => `${printYaml(podOf(images))}---\n${rendered.more}`,
        async dispose() {
          helms.unpacked -= 1
        },
      }
    },
  }
  const { lines, reporter } = recordingReporter()
  const talk: Talk = { reporter, signal: new AbortController().signal, progressOn: () => () => {} }
  return { files, registry, host, talk, lines, helms, pushImage, rendered, writeSpec }
}
