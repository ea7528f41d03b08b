/** A small spec with a registry behind it: one chart of a folder, two images, the real helm. Locks in a second. */
import { link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printYaml } from '../../src/kernel/yaml/index.ts'
import { push, randomImage, startRegistry, type TestRegistry } from './connected/index.ts'
import { goTool } from './tools/build.ts'

/** A spec's folder, and the registry that has its images. */
export interface SmallSpec {
  readonly dir: string
  /** Folder with bundle.yaml. */
  readonly spec: string
  readonly registry: TestRegistry
  /** The registry's folder, from which another one can go on. */
  readonly storage: string
  /** The flags that lead to the registry. */
  readonly registries: readonly string[]
  /** Leads the flags to another address of the registry. */
  writeRegistries(url: string): Promise<void>
  /** Pushes another image under a tag; layers after the first come from the seed. */
  pushImage(repository: string, seed: string): Promise<void>
  writeValues(values: object): Promise<void>
  /** Writes bundle.yaml with top-level fields replaced. */
  writeSpec(changes?: object): Promise<void>
  stop(): Promise<void>
}

/** Bytes in each layer of its images. */
export const layerBytes = 100_000

const templates = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: 1
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      containers:
        - name: main
          image: registry.test/app:1
          args: {{ toJson .Values.args }}
          resources: {requests: {memory: {{ .Values.memory }}, cpu: 10m}}
        - name: sidecar
          image: registry.test/sidecar:1
          resources: {requests: {memory: 10Mi, cpu: 10m}}
---
apiVersion: v1
kind: Secret
metadata: {name: app}
stringData: {password: {{ .Values.password }}}
{{- if .Values.extra }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: extra}
{{- end }}
`

/** Starts the registry and writes the spec, not locked yet. */
export async function startSmallSpec(): Promise<SmallSpec> {
  const dir = await mkdtemp(join(tmpdir(), 'sealift-small-'))
  const storage = join(dir, 'storage')
  const registry = await startRegistry({ dir: storage })
  const spec = join(dir, 'spec')
  const registriesFile = join(dir, 'registries.yaml')
  await mkdir(join(spec, 'chart', 'templates'), { recursive: true })
  await writeFile(join(spec, 'chart', 'Chart.yaml'), 'apiVersion: v2\nname: app\nversion: 1.0.0\n')
  await writeFile(join(spec, 'chart', 'templates', 'all.yaml'), templates)
  await link(await goTool('helm'), join(spec, 'helm'))
  const small: SmallSpec = {
    dir,
    spec,
    registry,
    storage,
    registries: ['--registries', registriesFile],
    writeRegistries: url =>
      writeFile(registriesFile, printYaml({ mirrors: { 'registry.test': { endpoint: [url] } } })),
    async pushImage(repository, seed) {
      const image = await randomImage({ layers: 2, bytesPerLayer: layerBytes, seed })
      await push(registry.host, repository, '1', image)
    },
    writeValues: values =>
      writeFile(
        join(spec, 'values.yaml'),
        printYaml({ memory: '20Mi', password: 'first', extra: false, args: ['--log=info'], ...values }),
      ),
    writeSpec: (changes = {}) =>
      writeFile(
        join(spec, 'bundle.yaml'),
        printYaml({
          apiVersion: 'sealift.dev/v1',
          kind: 'Bundle',
          metadata: { name: 'small', version: '1.0.0' },
          kubernetes: '1.35.4',
          charts: [
            {
              name: 'app',
              path: 'chart',
              version: '1.0.0',
              release: 'app',
              namespace: 'apps',
              values: ['values.yaml'],
            },
          ],
          tools: [{ name: 'helm', version: 'v4.3.1', path: 'helm' }],
          budget: { memory: '100Mi', cpu: '100m' },
          ...changes,
        }),
      ),
    async stop() {
      await registry.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
  await small.writeRegistries(registry.url)
  await small.writeValues({})
  await small.writeSpec()
  return small
}
