/** Values files are helm's: what lock, diff and install render is what helm makes of the files by itself. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCluster } from '../../src/adapters/cluster/index.ts'
import { nodeFiles } from '../../src/adapters/files/index.ts'
import { createHelm } from '../../src/adapters/helm/index.ts'
import { type Bundle, openBundle } from '../../src/bundle/layout/index.ts'
import { parseSpec } from '../../src/kernel/inputs/index.ts'
import type { Helm, HelmFrom } from '../../src/kernel/ports/index.ts'
import { parseManifests } from '../../src/kernel/yaml/index.ts'
import { build } from '../../src/seal/verbs/build/index.ts'
import { changedObjects } from '../../src/seal/verbs/diff/objects.ts'
import { lock } from '../../src/seal/verbs/lock.ts'
import type { Installation } from '../../src/site/verbs/install/installation.ts'
import { releaseSteps } from '../../src/site/verbs/install/release-steps.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { connectedSpec } from '../support/connected-spec.ts'
import { helmScalars, scalarsFile } from '../support/helm-scalars.ts'
import { memorySource } from '../support/memory-files.ts'
import { recordedTalk } from '../support/recorded-talk.ts'
import { goTool } from '../support/tools/build.ts'

const platform = 'linux/amd64'
const template = `apiVersion: v1
kind: ConfigMap
metadata: {name: seen}
data:
{{- range $key, $value := .Values }}
  {{ $key }}: {{ printf "%s %s" (kindOf $value) (toJson $value) | quote }}
{{- end }}
{{- if .Values.crds }}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.sealift.test}
spec:
  group: sealift.test
  scope: Namespaced
  names: {kind: Thing, plural: things, singular: thing}
  versions:
    - name: v1
      served: yes
      storage: on
      schema: {openAPIV3Schema: {type: object, properties: {mode: {type: integer, maximum: 0777}}}}
{{- end }}
`
const spec = `apiVersion: sealift.dev/v1
kind: Bundle
metadata: {name: small, version: 1.0.0}
kubernetes: 1.36.0
charts:
  - name: seen
    path: seen
    version: 1.0.0
    release: seen
    namespace: default
    values: [first.yaml, second.yaml]
    crdValues: {crds: true, word: off, number: 0400, text: "0400"}
tools: [{name: helm, version: v4.3.1, platform: linux/amd64, path: helm}]
budget: {memory: 640Mi, cpu: 300m}
`

let program: string
let folder: string
/** What helm was asked to render, and what it gave, since the last look. */
let rendered: string[] = []

beforeAll(async () => {
  program = await goTool('helm')
  folder = await mkdtemp(join(tmpdir(), 'sealift-values-test-'))
  await mkdir(join(folder, 'seen/templates'), { recursive: true })
  await writeFile(join(folder, 'seen/Chart.yaml'), 'apiVersion: v2\nname: seen\nversion: 1.0.0\n')
  await writeFile(join(folder, 'seen/templates/all.yaml'), template)
  await writeFile(join(folder, 'bundle.yaml'), spec)
  await writeFile(join(folder, 'helm'), 'the program')
}, 300_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

function recording(helm: Helm): Helm {
  const kept = (text: string) => {
    rendered.push(text)
    return text
  }
  return {
    ...helm,
    template: async (...request) => kept(await helm.template(...request)),
    render: async (...request) => kept(await helm.render(...request)),
  }
}

const helmFrom: HelmFrom = async () => ({ ...recording(createHelm({ program })), dispose: async () => {} })

async function write(first: Uint8Array | string, second: Uint8Array | string = '') {
  await writeFile(join(folder, 'first.yaml'), first)
  await writeFile(join(folder, 'second.yaml'), second)
  rendered = []
}

/** What helm makes of the files when Sealift is not there. */
async function directly(): Promise<string> {
  const files = ['first.yaml', 'second.yaml'].flatMap(name => ['-f', join(folder, name)])
  const { stdout } = await execa(program, ['template', 'seen', join(folder, 'seen'), ...files])
  return stdout
}

async function locked() {
  const { host, talk } = await connectedSpec()
  const mine = { ...host, files: nodeFiles(), helmFrom }
  return { mine, talk, made: await lock({ specDir: folder, platform, budget: 'hold' }, mine, talk) }
}

async function built(): Promise<Bundle> {
  const { mine, talk } = await locked()
  const request = { specDir: folder, platform, output: join(folder, 'out'), concurrency: 1, epoch: 0 }
  const { path } = await build(request, mine, talk)
  return openBundle(memorySource(await mine.files.readBytes(path)))
}

const seen = (manifest = '') => {
  const [map] = parseManifests(manifest) as { data: Record<string, string> }[]
  return map?.data ?? {}
}
const kinds: Record<string, string> = {
  boolean: 'bool',
  number: 'float64',
  string: 'string',
  object: 'invalid',
}

describe('lock', () => {
  test('renders every scalar as helm reads it', async () => {
    await write(scalarsFile, 'k0: off\nlast: 0o10\n')
    await locked()
    expect(rendered[0]).toBe(await directly())
    const table = {
      ...Object.fromEntries(helmScalars.map(([, value], i) => [`k${i}`, value])),
      k0: false,
      last: 8,
    }
    for (const [key, text] of Object.entries(seen(rendered[0]))) {
      const [kind, ...json] = text.split(' ')
      const value = table[key as keyof typeof table]
      expect([key, kind, JSON.parse(json.join(' '))]).toEqual([key, kinds[typeof value], value])
    }
  })

  test.each<[string, Uint8Array | string, Record<string, unknown>]>([
    ['nothing', '', {}],
    ['a comment', '# nothing\n', {}],
    ['null', 'null\n', {}],
    ['several documents', 'a: {x: 1, z: 1}\n---\n# none\n---\na: {z: off}\n', { a: { x: 1, z: false } }],
    ['what follows the end of a document', 'a: 1\n...\n- b\n', { a: 1 }],
    ['a key twice', 'a: {b: 1, b: 2}\n', { a: { b: 2 } }],
    [
      'anchors and merge keys',
      'a: &a {x: 1, z: 1}\nb: {<<: *a, z: 2}\n',
      { a: { x: 1, z: 1 }, b: { x: 1, z: 2 } },
    ],
    ['tabs', 'a:\t1\t# one\nb: [1,\n\t2]\n', { a: 1, b: [1, 2] }],
    ['CRLF', 'a: off\r\nb: |\r\n  x\r\n  y\r\n', { a: false, b: 'x\ny\n' }],
    ['CR', 'a: 1\rb: 2\r', { a: 1, b: 2 }],
    ['a BOM', '\ufeffa: 1\n', { a: 1 }],
    ['a bracket below its key', 'a: [\n]\nb: "x\ny"\n', { a: [], b: 'x y' }],
    ['tags', 'a: !mine 5\nb: !!binary aGk=\nc: !!set {x}\n', { a: '5', b: 'hi', c: { x: null } }],
    ['JSON', '{"a": "off", "a": "on"}', { a: 'on' }],
    ['text without an end of line', 'a: 1', { a: 1 }],
  ])('takes a file of %s as helm does', async (_, bytes, values) => {
    await write(bytes)
    await locked()
    expect(rendered[0]).toBe(await directly())
    const found = Object.entries(seen(rendered[0])).map(([key, text]) => [
      key,
      JSON.parse(text.replace(/^\S+ /, '')),
    ])
    expect(Object.fromEntries(found)).toEqual(values)
  })

  test.each<[string, Uint8Array | string, string]>([
    ['a list', '- a\n', 'first.yaml: expected a mapping; helm: '],
    ['a text', 'a:b\n', 'first.yaml: expected a mapping; helm: '],
    ['a list in a later document', 'a: 1\n---\n- a\n', 'first.yaml: expected a mapping; helm: '],
    ['no YAML', 'a: 1\nb: c: d\n', 'first.yaml: line 2, column 5: not readable as YAML: '],
    [
      'tabs that indent',
      'a:\n\tb: 1\n',
      'first.yaml: line 2, column 1: not readable as YAML: tab characters',
    ],
    ['no UTF-8', Buffer.from([0x61, 0x3a, 0x20, 0xff, 0x0a]), 'first.yaml: helm: '],
    ['a number that JSON has not', 'a: .inf\n', 'first.yaml: helm: '],
  ])('refuses a file of %s as helm does, and names it', async (_, bytes, words) => {
    await write(bytes, 'a: [\n')
    await expect(directly()).rejects.toThrow()
    const failure = await locked().catch(error => error)
    expect(failure).toMatchObject({
      code: 'SPEC_INVALID',
      faults: [
        expect.stringContaining(words),
        expect.stringMatching(/^second\.yaml: line 2.*; helm: .*yaml: /),
      ],
    })
    expect(failure.faults.join()).not.toContain('sealift-helm-')
  })

  test('a fault that is the chart’s is no fault of the values', async () => {
    const path = join(folder, 'seen/templates/fault.yaml')
    await write('a: 1\n')
    await writeFile(path, '{{ fail "not today" }}')
    await expect(locked()).rejects.toMatchObject({
      code: 'RENDER_FAILED',
      hints: [expect.stringContaining('not today')],
    })
    await rm(path)
  })

  test('crdValues are read as all of bundle.yaml, as YAML 1.2, and come behind the files', async () => {
    await write('word: 1\nother: on\n')
    await locked()
    expect(seen(rendered[2])).toMatchObject({
      other: 'bool true',
      word: 'string "off"',
      number: 'float64 400',
      text: 'string "0400"',
    })
  })
})

test('diff renders the files as they are in both bundles', async () => {
  await write(scalarsFile)
  const [a, before] = [await built(), await directly()]
  await write(scalarsFile, 'k0: off\n')
  const [b, after] = [await built(), await directly()]
  rendered = []
  const changes = await changedObjects(
    a,
    b,
    { files: nodeFiles(), helmFrom, platform },
    new AbortController().signal,
  )
  expect([rendered[0], rendered[3]]).toEqual([before, after])
  expect(changes).toMatchObject([
    { fields: [{ path: 'data.k0', before: '"bool true"', after: '"bool false"' }] },
  ])
}, 60_000)

describe('install', () => {
  let server: ApiServer

  beforeAll(async () => {
    server = await startApiServer()
  }, 600_000)

  afterAll(() => server?.stop())

  test('renders and installs the same, and CRDs as Kubernetes reads them', async () => {
    await write(scalarsFile)
    const [bundle, wanted] = [await built(), await directly()]
    const cluster = createCluster({ kubeconfig: server.kubeconfig, environment: {} })
    const host = { cluster, files: nodeFiles() }
    const helm = recording(createHelm({ program, kubeconfig: server.kubeconfig }))
    const wired = { spec: parseSpec(bundle.specText, 'bundle.yaml') }
    const begin = async () => {}
    const installation = { bundle, site: {}, wired, helm, host, talk: recordedTalk(), begin }
    rendered = []
    const { signal } = new AbortController()
    for (const step of releaseSteps([], installation as unknown as Installation))
      await step.run(() => {}, signal)
    expect(seen(rendered[1])).toEqual(seen(wanted))
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'seen' } }
    expect((await cluster.get(map, 'seen', 'default'))?.['data']).toEqual(seen(wanted))
    const crd = { ...map, apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }
    expect(await cluster.get(crd, 'things.sealift.test')).toMatchObject({
      spec: {
        versions: [
          {
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { properties: { mode: { maximum: 511 } } } },
          },
        ],
      },
    })
  }, 60_000)
})
