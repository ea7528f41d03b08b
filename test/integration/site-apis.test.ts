/** What a chart renders for an install and as an upgrade, by what the spec says of its site's APIs; with the real helm. */
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { nodeFiles } from '../../src/adapters/files/index.ts'
import { createHelm } from '../../src/adapters/helm/index.ts'
import { openBundle } from '../../src/bundle/layout/index.ts'
import type { SiteFacts } from '../../src/kernel/facts/index.ts'
import { printYaml } from '../../src/kernel/yaml/index.ts'
import { build } from '../../src/seal/verbs/build/index.ts'
import { changedObjects } from '../../src/seal/verbs/diff/objects.ts'
import { lock } from '../../src/seal/verbs/lock.ts'
import { esoChart, esoVersion } from '../support/connected/eso.ts'
import { connectedSpec } from '../support/connected-spec.ts'
import { memorySource } from '../support/memory-files.ts'
import { recordedTalk } from '../support/recorded-talk.ts'
import { sampleFacts, sampleNode } from '../support/sample-facts.ts'
import { goTool } from '../support/tools/build.ts'

const { signal } = new AbortController()
let program: string
let folder: string
/** How often helm has rendered since the test began. */
let runs: number

beforeAll(async () => {
  program = await goTool('helm')
}, 300_000)

beforeEach(async () => {
  runs = 0
  folder = await mkdtemp(join(tmpdir(), 'sealift-apis-test-'))
  await put({ 'app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n', helm: 'the program' })
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function put(texts: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

const pod = (name: string, more = '') =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}${more}}\nspec: {containers: [{name: main, image: "r.test/${name}:1", resources: {requests: {memory: 10Mi, cpu: 10m}}}]}\n---\n`
const when = (condition: string, text: string) => `{{- if ${condition} }}\n${text}{{- end }}\n`
const has = (api: string) => `.Capabilities.APIVersions.Has "${api}"`

/** Locks the chart in `app`; `names` are the images that the registry has. */
async function locked(
  apiVersions: readonly string[] = [],
  more: object = {},
  locked = false,
  facts?: SiteFacts,
) {
  const { host, registry } = await connectedSpec()
  const names = ['base', 'up', 'down', 'hook', 'there', 'kind', 'absent', 'ingress', 'sub', 'both']
  registry.image('docker.io/sealift-sandbox/external-secrets', 'v0.20.4', 'amd64', ['eso'])
  for (const name of names) registry.image(`r.test/${name}`, '1', 'amd64', [name])
  const chart = { name: 'app', path: 'app', version: '1.0.0', release: 'app', namespace: 'apps' }
  const spec = {
    apiVersion: 'sealift.dev/v1',
    kind: 'Bundle',
    metadata: { name: 'small', version: '1.0.0' },
    kubernetes: '1.36.0',
    apiVersions,
    charts: [{ ...chart, ...more }],
    tools: [{ name: 'helm', version: 'v4.3.1', path: 'helm' }],
    budget: { memory: '640Mi', cpu: '300m' },
  }
  await put({ 'bundle.yaml': printYaml(spec) })
  const talk = recordedTalk()
  const helm = createHelm({ program })
  const template: typeof helm.template = (...request) => {
    runs += 1
    return helm.template(...request)
  }
  const helmFrom = async () => ({ ...helm, template, dispose: async () => {} })
  const plain = { specDir: folder, platform: 'linux/amd64', budget: 'hold', locked } as const
  const request = { ...plain, ...(facts && { facts }) }
  const mine = { ...host, files: nodeFiles(), helmFrom }
  const made = await lock(request, mine, talk)
  const images = made.lock.images.map(({ name }) => name.replace(/^r\.test\/|:1$/g, ''))
  return { ...made, images, told: talk.told, host: mine, talk }
}

const isOfRendering = (line: string) => /chart \S+( asks|:)/.test(line)

const everything = {
  'app/templates/a.yaml': [
    pod('base'),
    when('.Release.IsUpgrade', pod('up')),
    when('.Release.IsInstall', pod('down')),
    pod('hook', ', annotations: {helm.sh/hook: pre-upgrade}'),
    when(has('yes.test/v1'), pod('there')),
    when('has "kind.test/v1beta1/Thing" .Capabilities.APIVersions', pod('kind')),
    when(has('no.test/v1'), pod('absent')),
    when(has('networking.k8s.io/v1/Ingress'), pod('ingress')),
  ].join(''),
}
const answers = ['yes.test/v1', 'kind.test/v1beta1']

test('carries what an install, an upgrade, hooks and the site’s APIs bring, and names what nobody answered', async () => {
  await put(everything)
  const { images, told, text } = await locked(answers)
  expect(images).toEqual(['base', 'down', 'hook', 'ingress', 'kind', 'there', 'up'])
  expect(told.filter(line => line.startsWith('warning'))).toEqual([
    'warning: chart app asks whether the site has no.test/v1, and bundle.yaml does not say: a site that has it gets image r.test/absent:1, Pod/absent, which the bundle leaves out; answer in apiVersions: "no.test/v1", or "not no.test/v1"',
  ])
  expect((await locked(answers)).text).toBe(text)
  expect((await locked(answers, {}, true)).drift).toEqual([])
})

test('an answer ends the warning, whichever it is', async () => {
  await put(everything)
  const no = await locked([...answers, 'not no.test/v1'])
  expect([no.images.includes('absent'), no.told.some(isOfRendering)]).toEqual([false, false])
  const yes = await locked([...answers, 'no.test/v1'])
  expect([yes.images.includes('absent'), yes.told.some(isOfRendering)]).toEqual([true, false])
  const other = await locked([...answers, 'kind.test/v1beta1/Other', 'not no.test/v1'])
  expect(other.images).not.toContain('kind')
  expect(other.told.join('\n')).toContain('asks whether the site has kind.test/v1beta1/Thing')
})

describe('where the site’s facts were carried back', () => {
  const apis = [
    'v1',
    'v1/Pod',
    'networking.k8s.io/v1/Ingress',
    'yes.test/v1',
    'kind.test/v1beta1',
    'kind.test/v1beta1/Thing',
  ]
  const site = (more: object = {}) => sampleFacts({ kubernetes: { version: 'v1.35.9+k3s1', apis }, ...more })

  test('no question stays open: what they name is there, all else is not, whatever the spec says', async () => {
    await put(everything)
    const found = await locked(['not yes.test/v1'], {}, false, site())
    expect(found.images).toEqual(['base', 'down', 'hook', 'ingress', 'kind', 'there', 'up'])
    expect(found.told.filter(isOfRendering)).toEqual([])
    expect(found.lock).toMatchObject({ kubernetes: '1.35.9', platforms: ['linux/amd64'] })
    expect((await locked(['not yes.test/v1', 'no.test/v1'], {}, false, site())).images).toContain('absent')
  })

  test('a lock is held to the same facts, and differs without them', async () => {
    await put(everything)
    await locked(answers, {}, false, site())
    expect((await locked(answers, {}, true, site())).drift).toEqual([])
    await expect(locked(answers, {}, true)).rejects.toMatchObject({
      code: 'LOCK_DRIFT',
      faults: expect.arrayContaining([expect.stringContaining('1.35.9')]),
    })
  })

  test('a chart that is not for the site’s Kubernetes is refused, and so are pods that no node has room for', async () => {
    await put({
      'app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\nkubeVersion: ">=1.36.0-0"\n',
      'app/templates/a.yaml': pod('base'),
    })
    await expect(locked([], {}, false, site())).rejects.toMatchObject({ code: 'RENDER_FAILED' })
    await put({ 'app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n' })
    const nodes = [sampleNode({ allocatable: { memory: 2 ** 20, cpu: 100 } })]
    await expect(locked([], {}, false, site({ nodes }))).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' })
  })

  test('of ten thousand APIs only those that a chart asks for reach helm', async () => {
    await put(everything)
    const many = Array.from({ length: 10_000 }, (_, at) => `group-${at}.example.org/v1/Kind`)
    const kubernetes = { version: 'v1.36.0', apis: [...apis, ...many] }
    expect((await locked([], {}, false, site({ kubernetes }))).images).toContain('there')
  })
})

test('a pod of both renderings counts once, and the release counts as it requests most', async () => {
  await put({ 'app/templates/a.yaml': pod('base', ', annotations: {now: "{{ randAlphaNum 20 }}"}') })
  const once = await locked()
  expect(once.lock.budget.declared).toEqual({ memory: 10 * 2 ** 20, cpu: 10 })
  await put({
    'app/templates/b.yaml': when('.Release.IsUpgrade', pod('up')) + when('.Release.IsInstall', pod('down')),
  })
  const { lock: made } = await locked()
  expect(made.budget.declared).toEqual({ memory: 20 * 2 ** 20, cpu: 20 })
})

test('questions of subcharts, of named templates, in parts, two at once, and one beside another are found', async () => {
  await put({
    'app/Chart.yaml':
      'apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies: [{name: below, version: 1.0.0}]\n',
    'app/charts/below/Chart.yaml': 'apiVersion: v2\nname: below\nversion: 1.0.0\n',
    'app/charts/below/templates/a.yaml': when('include "below.asks" .', pod('sub')),
    'app/charts/below/templates/_a.tpl': `{{- define "below.asks" }}{{ if ${has('sub.test/v1alpha1')} }}yes{{ end }}{{ end }}\n`,
    'app/templates/a.yaml':
      '{{- $group := "parts.test" }}{{- $kind := "Thing" }}\n' +
      when('.Capabilities.APIVersions.Has (printf "%s/%s/%s" $group "v2" $kind)', pod('kind')) +
      when(`and (${has('one.test/v1')}) (${has('two.test/v1')})`, pod('both')) +
      `{{- if ${has('first.test/v1')} }}\n${pod('there')}{{- else if ${has('second.test/v1')} }}\n${pod('absent')}{{- end }}\n`,
  })
  const asked = (await locked()).told.flatMap(line => /has (.*), and bundle\.yaml/.exec(line)?.[1] ?? [])
  expect(asked.sort()).toEqual([
    'first.test/v1',
    'one.test/v1 and two.test/v1',
    'parts.test/v2/Thing',
    'second.test/v1',
    'sub.test/v1alpha1',
  ])
})

test('a question that another answer takes back is found', async () => {
  const not = `and (${has('one.test/v1')}) (not (${has('two.test/v1')}))`
  await put({ 'app/templates/a.yaml': pod('base') + when(not, pod('absent')) })
  expect((await locked()).told.filter(isOfRendering)).toEqual([
    expect.stringMatching(/asks whether the site has one\.test\/v1, and .* gets image r\.test\/absent:1/),
    expect.stringMatching(/has two\.test\/v1, and .* does not get image r\.test\/absent:1/),
  ])
})

test('what is made up anew at each rendering is no difference, not even a name', async () => {
  const secret = `kind: Secret\nmetadata: {name: "x{{ randAlphaNum 8 | lower }}"}\ndata: {ca: {{ (genCA "a" 1).Cert | b64enc }}}\n---\n`
  await put({ 'app/templates/a.yaml': pod('base') + secret + when(has('no.test/v1'), pod('absent')) })
  expect((await locked(['not no.test/v1'])).told.join('\n')).not.toContain('asks')
  const { told } = await locked()
  expect(told.filter(line => line.includes('asks'))).toEqual([
    expect.stringContaining(
      'has no.test/v1, and bundle.yaml does not say: a site that has it gets image r.test/absent:1',
    ),
  ])
})

test('what cannot be rendered with an API, or as an upgrade, is told and no end', async () => {
  await put({
    'app/templates/a.yaml':
      pod('base') +
      when(has('bad.test/v1'), '{{ fail "not on that one" }}\n') +
      when('and .Release.IsUpgrade (not .Values.ok)', '{{ fail "give the password again" }}\n'),
  })
  const { images, told } = await locked()
  expect(images).toEqual(['base'])
  expect(told.filter(line => line.startsWith('warning'))).toEqual([
    'warning: chart app asks whether the site has bad.test/v1, and bundle.yaml does not say: it cannot be rendered for a site that has it; answer in apiVersions: "bad.test/v1", or "not bad.test/v1"',
    expect.stringMatching(
      /^warning: chart app: what only an upgrade renders is not looked at.*give the password again/,
    ),
  ])
})

test('templates that look into the cluster are named, unless they make Secrets only', async () => {
  await put({
    'app/templates/_a.tpl':
      '{{- define "deep" }}{{ (lookup "v1" "Secret" "x" "y").data }}{{ end }}{{- define "over" }}{{ include "deep" . }}{{ end }}',
    'app/templates/a.yaml': pod('base'),
    'app/templates/b.yaml': `{{- if lookup "v1" "Node" "" "" }}\n${pod('absent')}{{- end }}`,
    'app/templates/c.yaml':
      'kind: ConfigMap\nmetadata: {name: c}\ndata: {x: {{ include "over" . | quote }}}\n',
    'app/templates/d.yaml': 'kind: Secret\nmetadata: {name: d}\ndata: {x: {{ include "deep" . | b64enc }}}\n',
    'app/templates/e.yaml': 'kind: ConfigMap\nmetadata: {name: e}\ndata: {x: "lookup {{/* lookup */}}"}\n',
  })
  expect((await locked()).told).toContain(
    'chart app: 2 templates look up what is in the cluster, rendered as on an empty one: app/templates/b.yaml, app/templates/c.yaml',
  )
})

test('a chart that asks nothing is rendered twice, and nothing is told', async () => {
  await put({ 'app/templates/a.yaml': pod('base') })
  expect((await locked()).told.filter(isOfRendering)).toEqual([])
  expect(runs).toBe(2)
})

test('the operator’s real chart: what it asks for and has no part in what is carried is not told', async () => {
  const { archive } = await esoChart()
  await copyFile(archive.path, join(folder, 'eso.tgz'))
  const values = join(import.meta.dirname, '../../bundles/sandbox/values/external-secrets.yaml')
  await copyFile(values, join(folder, 'values.yaml'))
  const chart = { name: 'external-secrets', path: 'eso.tgz', version: esoVersion, values: ['values.yaml'] }
  const { told } = await locked([], { ...chart, crdValues: { installCRDs: true } })
  expect(told.filter(isOfRendering)).toEqual([])
  // An install, an upgrade, the CRDs; helm's own APIs; all that is asked for and two by themselves, both ways.
  expect(runs).toBe(10)
  await put({ 'values.yaml': `${await readFile(values, 'utf8')}\nserviceMonitor: { enabled: true }\n` })
  const asked = await locked([], chart)
  expect(asked.told.filter(isOfRendering)).toEqual([
    expect.stringContaining('has monitoring.coreos.com/v1/ServiceMonitor, and'),
  ])
}, 60_000)

test('diff renders each bundle for the APIs that it was locked for', async () => {
  await put(everything)
  const bundleOf = async (apiVersions: readonly string[]) => {
    const { host, talk } = await locked(apiVersions)
    const request = { specDir: folder, platform: 'linux/amd64', output: join(folder, 'out') }
    const { path } = await build({ ...request, concurrency: 1, epoch: 0 }, host, talk)
    return openBundle(memorySource(await host.files.readBytes(path)))
  }
  const [a, b] = [await bundleOf(['not no.test/v1']), await bundleOf(['yes.test/v1', 'not no.test/v1'])]
  const { host } = await locked()
  const changes = await changedObjects(a, b, { ...host, platform: 'linux/amd64' }, signal)
  expect(changes).toMatchObject([{ change: 'added', kind: 'Pod', name: 'there' }])
}, 60_000)

test('CRDs of crdValues are rendered with the same answers', async () => {
  const crd = 'kind: CustomResourceDefinition\nmetadata: {name: things}\n---\n'
  await put({ 'app/templates/a.yaml': pod('base') + when(`and .Values.crds (${has('yes.test/v1')})`, crd) })
  const more = { crdValues: { crds: true } }
  await expect(locked([], more)).rejects.toMatchObject({ code: 'RENDER_FAILED' })
  expect((await locked(['yes.test/v1/Thing'], more)).images).toEqual(['base'])
})
