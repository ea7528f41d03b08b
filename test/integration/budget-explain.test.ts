/** Where a budget comes from: found by a real helm in bundles that were built, not guessed. */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeFiles } from '../../src/adapters/files/index.ts'
import { createHelm } from '../../src/adapters/helm/index.ts'
import { explainText } from '../../src/cli/explain-text.ts'
import { type HelmFrom, Secret } from '../../src/kernel/ports/index.ts'
import { type BudgetExplained, explainBudget } from '../../src/seal/verbs/budget-explain.ts'
import { build } from '../../src/seal/verbs/build/index.ts'
import { newKey } from '../../src/seal/verbs/keys-new.ts'
import { lock } from '../../src/seal/verbs/lock.ts'
import { sign } from '../../src/seal/verbs/sign.ts'
import { connectedSpec } from '../support/connected-spec.ts'
import { outputs } from '../support/outputs.ts'
import { recordedTalk } from '../support/recorded-talk.ts'
import { goTool } from '../support/tools/build.ts'

const platform = 'linux/amd64'
const mebi = 1024 * 1024
const template = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: {{ .Values.web.replicaCount }}
  template:
    spec:
      containers:
        - name: main
          resources: {{ toJson .Values.web.resources }}
        - name: side
          resources: {requests: {memory: {{ .Values.shared.memory }}, cpu: 5m}, limits: {memory: 64Mi}}
{{- if .Values.job }}
---
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec: {template: {spec: {containers: [{name: run, resources: {{ toJson .Values.web.resources }}}]}}}
{{- end }}
`
const own = `web:
  replicaCount: 2
  resources: {requests: {cpu: 20m}}
shared: {memory: 16Mi}
# Switched off: its figures make nothing.
cache: {replicas: 3, resources: {requests: {memory: 1Gi}}}
job: false
`
const spec = (version: string, chart: string) => `apiVersion: sealift.dev/v1
kind: Bundle
metadata: {name: small, version: ${version}}
kubernetes: 1.36.0
charts:
  - {name: web, path: web, version: ${chart}, release: web, namespace: web, values: [first.yaml, second.yaml]}
tools: [{name: helm, version: v4.3.1, platform: linux/amd64, path: helm}]
budget: {memory: 640Mi, cpu: 300m}
`

let folder: string
let helmFrom: HelmFrom
const paths: Record<string, string> = {}

async function built(version: string, chart: string, first: string, second: string, values = own) {
  await writeFile(join(folder, 'web/Chart.yaml'), `apiVersion: v2\nname: web\nversion: ${chart}\n`)
  await writeFile(join(folder, 'web/values.yaml'), values)
  await writeFile(join(folder, 'bundle.yaml'), spec(version, chart))
  await writeFile(join(folder, 'first.yaml'), first)
  await writeFile(join(folder, 'second.yaml'), second)
  const { host, talk } = await connectedSpec()
  const mine = { ...host, files: nodeFiles(), helmFrom }
  await rm(join(folder, 'bundle.lock.yaml'), { force: true })
  await lock({ specDir: folder, platform, budget: 'hold' }, mine, talk)
  const request = { specDir: folder, platform, output: join(folder, 'out'), concurrency: 1, epoch: 0 }
  paths[version] = (await build(request, mine, talk)).path
}

beforeAll(async () => {
  const program = await goTool('helm')
  helmFrom = async () => ({ ...createHelm({ program }), dispose: async () => {} })
  folder = await mkdtemp(join(tmpdir(), 'sealift-explain-test-'))
  await mkdir(join(folder, 'web/templates'), { recursive: true })
  await writeFile(join(folder, 'web/templates/all.yaml'), template)
  await writeFile(join(folder, 'helm'), 'the program')
  const first = 'web: {resources: {requests: {memory: 100Mi}, limits: {memory: 200Mi}}}\n'
  await built('1.0.0', '1.0.0', first, 'web: {resources: {requests: {memory: 110Mi}}}\n')
  // Another chart with other values of its own, and one pod.
  const newer = own.replace('16Mi', '32Mi')
  await built('1.1.0', '1.1.0', `${first}job: true\n`, 'web: {replicaCount: 1}\n', newer)
}, 300_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const explain = (path: string, more: { since?: string; objects?: boolean } = {}): Promise<BudgetExplained> =>
  explainBudget(
    { path, since: more.since, keys: [], objects: more.objects ?? true },
    { files: nodeFiles(), helmFrom, platform },
    recordedTalk(),
  )
const originsIn = ({ explained }: BudgetExplained, container: string) =>
  Object.fromEntries(
    (explained.containers.find(one => one.container === container)?.origins ?? []).map(
      ({ figure, in: place, file, value }) => [figure, [place, file, value].filter(Boolean).join(' ')],
    ),
  )

test('each figure has its field and the value that sets it: of the last file, of the chart, or of the template', async () => {
  const found = await explain(paths['1.0.0'] ?? '')
  expect(outputs['budget-explain'].parse(found)).toEqual(found)
  expect(originsIn(found, 'main')).toEqual({
    memory: 'values second.yaml web.resources.requests.memory',
    cpu: 'chart web.resources.requests.cpu',
    memoryLimit: 'values first.yaml web.resources.limits.memory',
    replicas: 'chart web.replicaCount',
  })
  expect(originsIn(found, 'side')).toEqual({
    ...{ memory: 'chart shared.memory', cpu: 'template', memoryLimit: 'template' },
    replicas: 'chart web.replicaCount',
  })
  expect(found.explained).toMatchObject({
    declared: { memory: 2 * 126 * mebi, cpu: 50 },
    surge: { memory: 126 * mebi, cpu: 25 },
    containers: [
      { container: 'main', replicas: 2, memory: 220 * mebi, field: 'spec.template.spec.containers[0]' },
      { container: 'side', memory: 32 * mebi, memoryLimit: 128 * mebi },
    ],
  })
})

test('what another version did is told figure by figure, with what made it', async () => {
  const found = await explain(paths['1.1.0'] ?? '', { since: paths['1.0.0'] ?? '' })
  const told = found.changes?.map(({ container, figure, before, after, why }) => [
    ...[container, figure, before, after],
    why.at(-1),
  ])
  expect(told).toContainEqual([
    ...['main', 'memory', 220 * mebi, 100 * mebi],
    'set by second.yaml: web.resources.requests.memory before, by first.yaml: web.resources.requests.memory now',
  ])
  expect(told).toContainEqual([
    ...['main', 'replicas', 2, 1],
    'set by the chart’s own values: web.replicaCount before, by second.yaml: web.replicaCount now',
  ])
  expect(told).toContainEqual([
    'run',
    'memory',
    undefined,
    100 * mebi,
    expect.stringContaining('set by first.yaml'),
  ])
  // 16Mi of two pods, 32Mi of one.
  expect(told?.some(([container, figure]) => container === 'side' && figure === 'memory')).toBe(false)
  expect(found.changes?.every(({ why }) => why.includes('chart web 1.0.0 → 1.1.0'))).toBe(true)
  const text = explainText(found)
  expect(text).toContain('Jobs and hooks take 100Mi and 20m while they run')
  expect(text).toContain('  memory: first.yaml: web.resources.requests.memory')
  expect(text).toContain('since 1.0.0:\n')
})

test('without a key nothing of the bundle is run: there is what its lock says, and why no more', async () => {
  const found = await explain(paths['1.0.0'] ?? '', { objects: false, since: paths['1.0.0'] ?? '' })
  expect(found.note).toContain('name who signed it with --key')
  expect(found.explained.containers[0]).not.toHaveProperty('origins')
  expect(found.explained.declared).toEqual({ memory: 252 * mebi, cpu: 50 })
  expect(found.changes).toEqual([])
  expect(explainText(found)).toContain('since 1.0.0 nothing of it has changed')
  expect((await explain(folder)).note).toContain('a lock has no charts')
})

describe('with a key', () => {
  let key: string
  const ask = async () => new Secret('a passphrase of this test')
  const asked = (path: string, since?: string) =>
    explainBudget(
      { path, since, keys: [key], objects: false },
      { files: nodeFiles(), helmFrom, platform },
      recordedTalk(),
    )
  const older = () => paths['1.0.0'] ?? ''
  const newer = () => paths['1.1.0'] ?? ''

  beforeAll(async () => {
    const name = join(folder, 'release')
    key = `${name}.pub`
    await newKey(name, 'ed25519', nodeFiles(), ask)
    await sign(newer(), `${name}.key`, nodeFiles(), ask)
  })

  test('what it has signed is rendered; a folder cannot be signed, and a bundle that nobody has is refused', async () => {
    expect((await asked(newer())).explained.containers[0]).toHaveProperty('origins')
    await expect(asked(folder)).rejects.toMatchObject({ code: 'USAGE' })
    await expect(asked(older())).rejects.toMatchObject({ code: 'BUNDLE_UNSIGNED' })
  })

  test('the charts of the older one are rendered as well: it must be signed too, a lock need not', async () => {
    await expect(asked(newer(), older())).rejects.toMatchObject({ code: 'BUNDLE_UNSIGNED' })
    expect((await asked(newer(), folder)).since).toMatchObject({ version: '1.1.0' })
    await sign(older(), join(folder, 'release.key'), nodeFiles(), ask)
    expect((await asked(newer(), older())).changes).not.toEqual([])
    // Signed, and then changed.
    await copyFile(`${newer()}.sig`, `${older()}.sig`)
    await expect(asked(newer(), older())).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
  })

  test('what is no key is told', async () => {
    await writeFile(key, 'no key')
    await expect(asked(folder)).rejects.toMatchObject({ code: 'KEY_INVALID' })
  })
})
