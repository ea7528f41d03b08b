/**
 * `sealift lock` of a chart whose images are not only in its pods, nor in its own folder, nor on a first install: the
 * compiled CLI, a real registry and helm.
 */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseLock } from '../../src/bundle/lock/index.ts'
import { push, randomImage, startRegistry, type TestRegistry } from '../support/connected/index.ts'
import { sealift, sealiftJson } from '../support/road.ts'
import { type SpecOfImages, specOfImages } from '../support/spec-of-images.ts'

const templates = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: engine}
spec:
  selector: {matchLabels: {app: engine}}
  template:
    metadata: {labels: {app: engine}}
    spec:
      imagePullSecrets: [{name: login}]
      containers:
        - name: manager
          image: acme/manager:v1.6.0
          imagePullPolicy: Always
          command: [sh, -c, 'exec manager --probe-image=acme/probe:2 --listen=0.0.0.0:8080']
          args: [--engine-image, acme/engine:v1.6.0, --helper-image=rancher/busybox:1.36, --image-gc-high-threshold=80]
          env:
            - {name: RELATED_IMAGE_REDIS, value: redis:7}
            - {name: IMAGE_REGISTRY, value: ghcr.io}
            - {name: WINDOW, value: '12:30'}
            - {name: CACHE_ADDR, value: cache:6379}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: templates}
data:
  engine-image: acme/share:1
  pod.yaml: |
    apiVersion: v1
    kind: Pod
    metadata: {name: runner}
    spec: {containers: [{name: runner, image: 'acme/runner:3'}]}
  runner.tpl: |
    {{ "{{ if .x }}" }}
    run: acme/late:1.0
  note.txt: "Listens on 8080:80, see https://acme.test:8443/manual"
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: db}
spec: {imageName: 'acme/pg:16'}
---
apiVersion: acme.test/v1
kind: Engine
metadata: {name: x}
spec:
  image: {registry: docker.io, repository: acme/agent, tag: '2.1'}
  sidecar: {image: acme/nowhere}
`

const pod = (name: string) =>
  `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: main, image: 'acme/${name}:1'}]}\n`
// Of another folder, by a symbolic link; `other` is what nobody says of this site.
const linked = [
  pod('linked'),
  `{{- if .Release.IsUpgrade }}\n${pod('upgrade')}{{- end }}\n`,
  ...['site', 'other'].map(
    api => `{{- if .Capabilities.APIVersions.Has "${api}.test/v1" }}\n${pod(api)}{{- end }}\n`,
  ),
].join('')

const proven = [
  ...['acme/agent:2.1', 'acme/engine:v1.6.0', 'acme/linked:1', 'acme/manager:v1.6.0', 'acme/pg:16'],
  ...['acme/probe:2', 'acme/runner:3', 'acme/share:1', 'acme/site:1', 'acme/upgrade:1', 'library/redis:7'],
  'rancher/busybox:1.36',
]
const late = 'docker.io/acme/late:1.0'

let registry: TestRegistry
let spec: SpecOfImages

beforeAll(async () => {
  registry = await startRegistry()
  const image = await randomImage({ layers: 1, bytesPerLayer: 100, seed: 'said' })
  for (const name of [...proven, 'acme/late:1.0']) {
    const [repository = '', tag = ''] = name.split(':')
    await push(registry.host, repository, tag, image)
  }
  spec = await specOfImages(registry.host, ['redis:7'])
  await writeFile(join(spec.dir, 'chart/templates/all.yaml'), templates)
  await mkdir(join(spec.dir, 'shared'))
  await writeFile(join(spec.dir, 'shared/linked.yaml'), linked)
  await symlink('../../shared/linked.yaml', join(spec.dir, 'chart/templates/linked.yaml'))
  await append('apiVersions: [site.test/v1]')
}, 300_000)
afterAll(async () => {
  await spec?.stop()
  await registry?.stop()
})

async function append(line: string): Promise<void> {
  const file = join(spec.dir, 'bundle.yaml')
  await writeFile(file, `${await readFile(file, 'utf8')}${line}\n`)
}

const args = (...flags: string[]) => [
  ...['lock', spec.dir, '--budget', 'warn', '--no-attestations', ...flags],
  ...['--registries', join(spec.dir, 'registries.yaml')],
]
const locked = async () => {
  const { images, suspects } = parseLock(await readFile(join(spec.dir, 'bundle.lock.yaml'), 'utf8'), 'lock')
  return [...images.map(({ name }) => name), ...suspects.map(({ text }) => `?${text}`)]
}
const all = proven.map(name => `docker.io/${name}`)

test('each image is carried, what only looks like one is counted last', async () => {
  const { exitCode, stdout, stderr } = await sealift(args())
  expect(exitCode).toBe(0)
  expect(await locked()).toEqual([...all, '?acme/late:1.0', '?acme/nowhere'])
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^ {2}2 suspects not taken: .* --accept-suspects$/)
  expect(stderr).toContain('1 symbolic link followed: templates/linked.yaml')
  expect(stderr).toContain('asks whether the site has other.test/v1, and bundle.yaml does not say')
  expect(stderr).toContain('acme/late:1.0 (small ConfigMap/templates data["runner.tpl"]) looks like an image')
})

test('--accept-suspects takes what is there, names what is not, and later locks agree', async () => {
  const { json } = await sealiftJson<{ missing: unknown; lock: { suspects: unknown } }>(
    args('--accept-suspects'),
  )
  const why = expect.stringContaining('404')
  expect(json.missing).toEqual([{ name: 'docker.io/acme/nowhere:latest', why }])
  expect(json.lock.suspects).toMatchObject([{ text: 'acme/nowhere', object: 'Engine/x' }])
  const taken = [...all, late].sort()
  expect(await locked()).toEqual([...taken, '?acme/nowhere'])
  for (const flags of [[], ['--locked']])
    expect((await sealift(args(...flags))).stdout).toContain('nothing has changed')
  expect(await locked()).toEqual([...taken, '?acme/nowhere'])
  const { stdout } = await sealift(args('--no-accept-suspects'))
  expect(stdout).toContain(`image ${late}: removed`)
})

test('the spec lists suspects to take', async () => {
  await append('acceptSuspects: [acme/late:1.0]')
  expect((await sealift(args())).exitCode).toBe(0)
  expect(await locked()).toEqual([...[...all, late].sort(), '?acme/nowhere'])
})
