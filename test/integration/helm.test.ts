/** The helm adapter on the real helm, rendering real charts, and installing into a real API server. */
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCluster } from '../../src/adapters/cluster/index.ts'
import { nodeFiles } from '../../src/adapters/files/index.ts'
import { createHelm } from '../../src/adapters/helm/index.ts'
import { computeBudget } from '../../src/bundle/declared/index.ts'
import { findPods, renderedObjects } from '../../src/kernel/objects/index.ts'
import { writePackage } from '../../src/kernel/packages/index.ts'
import type { Helm, Values } from '../../src/kernel/ports/index.ts'
import { parseManifests } from '../../src/kernel/yaml/index.ts'
import { findImages, parseChartYaml } from '../../src/seal/resolve/index.ts'
import { rehearse } from '../../src/site/plan/index.ts'
import { recordedObjects } from '../../src/site/receipt/helm-objects.ts'
import { deployedRevisions, fieldManager, ownObjects } from '../../src/site/release/index.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { esoChart } from '../support/connected/eso.ts'
import { filesBelow } from '../support/files-below.ts'
import { goTool } from '../support/tools/build.ts'

const root = join(import.meta.dirname, '../..')
const upstream = join(root, '../shared/upstream/infisical-standalone-postgres')

let program: string
let helm: Helm
let folder: string

beforeAll(async () => {
  program = await goTool('helm')
  helm = createHelm({ program })
  folder = await mkdtemp(join(tmpdir(), 'sealift-helm-test-'))
}, 300_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

async function chartOf(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const entries = Object.entries(files).map(([path, text]) => ({
    path: `${name}/${path}`,
    bytes: Buffer.from(text),
  }))
  const path = join(folder, `${name}-1.0.0.tgz`)
  await writeFile(
    path,
    writePackage([{ path: `${name}/Chart.yaml`, bytes: Buffer.from(chartYaml(name)) }, ...entries]),
  )
  return path
}

const chartYaml = (name: string) => `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`
const valuesOf = (path: string) => readFile(join(root, 'bundles', path))
const release = (chart: string, values: readonly Values[] = []) => ({
  release: 'x',
  namespace: 'apps',
  chart,
  values,
})

describe('rendering', () => {
  test('is for the Kubernetes version asked for, later values win, hooks are in and tests are not', async () => {
    const hook = (kind: string) =>
      `kind: Job\nmetadata: {name: ${kind}, annotations: {helm.sh/hook: ${kind}}}\n`
    const chart = await chartOf('small', {
      'crds/a.yaml': 'kind: CustomResourceDefinition\nmetadata: {name: things}\n',
      'templates/a.yaml':
        'kind: ConfigMap\nmetadata: {name: a}\ndata: {v: "{{ .Capabilities.KubeVersion }}", a: "{{ .Values.a }}"}\n',
      'templates/hook.yaml': hook('post-install'),
      'templates/test.yaml': hook('test'),
    })
    const yaml = await helm.template(release(chart, [{ a: 1 }, { a: 2 }]), { kubernetes: '1.36.0' })
    const objects = renderedObjects('small', yaml)
    expect(objects.map(({ title }) => title).sort()).toEqual([
      'ConfigMap/a',
      'CustomResourceDefinition/things',
      'Job/post-install',
    ])
    expect(objects.find(({ kind }) => kind === 'ConfigMap')?.content['data']).toEqual({
      v: 'v1.36.0',
      a: '2',
    })
  })

  test('a fault in a template is told in helm’s words', async () => {
    const chart = await chartOf('faulty', {
      'templates/a.yaml': '{{ required "set the host" .Values.host }}',
    })
    await expect(helm.template(release(chart), { kubernetes: '1.36.0' })).rejects.toMatchObject({
      code: 'RENDER_FAILED',
      message: 'helm failed while rendering faulty-1.0.0.tgz',
      hints: [expect.stringContaining('set the host')],
    })
  })

  test('a program that cannot be run is a clear error', async () => {
    const broken = createHelm({ program: join(folder, 'no-helm') })
    await expect(broken.template(release('x.tgz'), { kubernetes: '1.36.0' })).rejects.toMatchObject({
      code: 'RENDER_FAILED',
    })
  })

  test('values reach helm in private files only, and nothing of it is left', async () => {
    const spy = join(folder, 'spy')
    const seen = join(folder, 'seen')
    const script = `for last; do :; done\n{ echo "$@"; env; stat -c 'mode %a' "$last"; echo "file $last"; cat "$last"; } > ${seen}`
    await writeFile(spy, `#!/bin/sh\n${script}\n`)
    await chmod(spy, 0o700)
    await createHelm({ program: spy }).template(release('x.tgz', [{ password: 'very-secret' }]), {
      kubernetes: '1.36.0',
    })
    const [head = '', content] = (await readFile(seen, 'utf8')).split('\nfile ')
    expect(head).not.toContain('very-secret')
    expect(head).toContain('mode 600')
    expect(content).toContain('{"password":"very-secret"}')
    const file = content?.split('\n')[0] ?? ''
    expect(file).toMatch(/values-0\.yaml$/)
    expect(existsSync(file)).toBe(false)
  })
})

describe('the bundles’ values', () => {
  test('External Secrets Operator: one image for three Deployments, CRDs only when asked for', async () => {
    const chart = join(folder, 'external-secrets.tgz')
    await writeFile(chart, await readFile((await esoChart()).archive.path))
    const metadata = parseChartYaml('name: external-secrets\nversion: 0.20.4\n', 'ESO')
    const render = async (values: readonly Values[]) =>
      renderedObjects(
        'external-secrets',
        await helm.template(release(chart, values), { kubernetes: '1.35.4' }),
      )
    const values = await valuesOf('sandbox/values/external-secrets.yaml')
    const objects = await render([values])
    const crds = (all: typeof objects) => all.filter(({ kind }) => kind === 'CustomResourceDefinition').length
    const { images, suspects } = findImages([{ metadata, objects }])
    expect(images.map(({ name }) => name)).toEqual(['docker.io/sealift-sandbox/external-secrets:v0.20.4'])
    expect(images[0]?.reasons).toHaveLength(3)
    expect(suspects).toEqual([])
    expect([crds(objects), crds(await render([values, { installCRDs: true }])) > 20]).toEqual([0, true])
    const { declared, missing } = computeBudget(objects.flatMap(findPods), objects, {
      memory: '640Mi',
      cpu: '300m',
    })
    expect({ declared, missing }).toEqual({ declared: { memory: 128 * 2 ** 20, cpu: 50 }, missing: [] })
  })

  test('upstream’s Infisical chart: subcharts that are off bring no images', async () => {
    if (!existsSync(upstream)) return console.log(`not compared: upstream's chart is not at ${upstream}`)
    const files = nodeFiles()
    const paths = (await filesBelow(files, upstream)).filter(path => path !== 'PROVENANCE.md')
    const entries = await Promise.all(
      paths.map(async path => ({
        path: `infisical-standalone/${path}`,
        bytes: await files.readBytes(join(upstream, path)),
      })),
    )
    // The published package has the subcharts in it; these bring one image each when they are on.
    const subcharts = { 'ingress-nginx': '4.0.13', postgresql: '14.1.10', redis: '18.14.1' }
    for (const [name, version] of Object.entries(subcharts)) {
      const pod = `kind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: main, image: r.io/${name}:1}]}\n`
      const base = `infisical-standalone/charts/${name}`
      entries.push({
        path: `${base}/Chart.yaml`,
        bytes: Buffer.from(`apiVersion: v2\nname: ${name}\nversion: ${version}\n`),
      })
      entries.push({ path: `${base}/templates/pod.yaml`, bytes: Buffer.from(pod) })
    }
    const chart = join(folder, 'infisical-standalone.tgz')
    await writeFile(chart, writePackage(entries))
    const metadata = parseChartYaml('name: infisical-standalone\nversion: 1.7.5\n', 'Infisical')
    const found = async (values: readonly Values[]) => {
      const objects = renderedObjects(
        'infisical-standalone',
        await helm.template(release(chart, values), { kubernetes: '1.36.0' }),
      )
      return { objects, images: findImages([{ metadata, objects }]).images.map(({ name }) => name) }
    }
    // No template of it can be rendered with all subcharts on and nothing else set, so one is turned on beside ours.
    const values = await valuesOf('infisical/values/infisical.yaml')
    const on = await found([values, { ingress: { nginx: { enabled: true } } }])
    expect(on.images).toContain('r.io/ingress-nginx:1')
    const { images, objects } = await found([values])
    expect(images).toEqual(['docker.io/infisical/infisical:v0.165.8'])
    const budget = computeBudget(objects.flatMap(findPods), objects, { memory: '512Mi', cpu: '250m' })
    expect(budget).toMatchObject({ declared: { memory: 512 * 2 ** 20, cpu: 250 }, over: {}, missing: [] })
    expect(budget.surge).toEqual(budget.declared)
  })
})

describe('installing', () => {
  let server: ApiServer
  let cluster: Helm

  beforeAll(async () => {
    server = await startApiServer()
    cluster = createHelm({ program, kubeconfig: server.kubeconfig })
  }, 600_000)

  afterAll(() => server?.stop())

  const configMap = {
    'templates/a.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: "{{ .Values.a }}"}\n',
  }
  const here = (chart: string, values: readonly Values[] = []) => ({
    ...release(chart, values),
    namespace: 'default',
  })

  const at = { release: 'x', namespace: 'default' }

  test('a release is installed, upgraded, told and removed', async () => {
    const chart = await chartOf('maps', configMap)
    expect(await cluster.status('x', 'default')).toBeUndefined()
    const installed = { revision: 1, status: 'deployed' }
    expect(await cluster.upgrade(here(chart, [{ a: 1 }]), 60)).toMatchObject(installed)
    expect(await cluster.upgrade(here(chart, [{ a: 2 }]), 60)).toMatchObject({ ...installed, revision: 2 })
    const found = await cluster.status('x', 'default')
    expect(found).toMatchObject({ ...installed, revision: 2, chart: 'maps', version: '1.0.0' })
    const wanted = [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: '2' } }]
    expect(parseManifests(found?.manifest ?? '')).toEqual(wanted)
    expect(await cluster.status('x', 'default', 1)).toMatchObject({ revision: 1, status: 'superseded' })
    expect(await cluster.status('x', 'default', 9)).toBeUndefined()
    // By its labels helm finds the revision that it takes for what is there.
    const api = createCluster({ kubeconfig: server.kubeconfig, environment: {} })
    expect(await deployedRevisions(api, { release: 'x', namespace: 'default' })).toEqual([2])
    // So does the receipt, and reads what helm has packed.
    expect(await recordedObjects(api, { release: 'x', namespace: 'default' })).toEqual({
      revision: 2,
      objects: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a' }],
    })
    expect(parseManifests(await cluster.render(here(chart, [{ a: 2 }])))).toEqual(wanted)
    await cluster.uninstall('x', 'default', 60)
    await cluster.uninstall('x', 'default', 60)
    expect(await cluster.status('x', 'default')).toBeUndefined()
  })

  test('a field that somebody has edited is taken back', async () => {
    const chart = await chartOf('maps', configMap)
    await cluster.upgrade(here(chart, [{ a: 1 }]), 60)
    const api = createCluster({ kubeconfig: server.kubeconfig, environment: {} })
    const edited = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: 'edited' } }
    await api.apply(edited)
    await cluster.upgrade(here(chart, [{ a: 1 }]), 60)
    expect((await api.get(edited, 'a'))?.['data']).toEqual({ a: '1' })
    await cluster.uninstall('x', 'default', 60)
  })

  test('a release goes back to a revision: what came since is gone, what somebody has edited is as it was', async () => {
    const came = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: came}\n'
    const [before, after] = [
      await chartOf('maps', configMap),
      await chartOf('more', { ...configMap, 'templates/came.yaml': came }),
    ]
    await cluster.upgrade(here(before, [{ a: 1 }]), 60)
    await cluster.upgrade(here(after, [{ a: 2 }]), 60)
    const api = createCluster({ kubeconfig: server.kubeconfig, environment: {} })
    const edited = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: 'edited' } }
    await api.apply(edited)
    const back = { revision: 3, status: 'deployed', chart: 'maps' }
    expect(await cluster.rollback({ ...at, revision: 1 }, 60)).toMatchObject(back)
    expect((await api.get(edited, 'a'))?.['data']).toEqual({ a: '1' })
    expect(await api.get(edited, 'came', 'default')).toBeUndefined()
    await expect(cluster.rollback({ ...at, revision: 9 }, 60)).rejects.toMatchObject({
      code: 'HELM_FAILED',
      message: 'helm failed while taking x in default back to revision 9',
    })
    await cluster.uninstall('x', 'default', 60)
  })

  test('an upgrade is rendered as one, for the cluster as it is', async () => {
    const chart = await chartOf('upgraded', {
      'templates/a.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {u: "{{ .Release.IsUpgrade }}", v: "{{ .Capabilities.KubeVersion }}"}\n',
      'templates/hook.yaml':
        'apiVersion: batch/v1\nkind: Job\nmetadata: {name: b, annotations: {helm.sh/hook: pre-upgrade}}\n',
    })
    const api = createCluster({ kubeconfig: server.kubeconfig, environment: {} })
    const { version } = await api.info()
    expect(parseManifests(await cluster.render(here(chart)))).toEqual([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { u: 'true', v: version } },
    ])
  })

  test('what helm installs is what a rehearsal says, before it and after', async () => {
    const chart = await chartOf('small', {
      'templates/a.yaml':
        'apiVersion: v1\nkind: Service\nmetadata: {name: a, annotations: {at: "{{ now }}"}}\nspec: {ports: [{port: 80}]}\n',
      'templates/b.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: made-by-helm}\n',
    })
    const api = createCluster({ kubeconfig: server.kubeconfig, environment: {} })
    const rehearsed = async () => {
      const rehearsal = rehearse(api)
      for (const object of ownObjects(await cluster.render(here(chart)), here(chart)))
        await rehearsal.put(object, fieldManager, 'default')
      return rehearsal.objects().map(({ change, kind, namespace }) => [change, kind, namespace])
    }
    expect(await rehearsed()).toEqual([
      ['create', 'Namespace', undefined],
      ['create', 'Service', 'default'],
    ])
    await cluster.upgrade(here(chart), 60)
    expect(await rehearsed()).toEqual([
      ['stays', 'Namespace', undefined],
      ['stays', 'Service', 'default'],
    ])
    await cluster.uninstall('x', 'default', 60)
  })

  test('in a namespace that is not there, there is no release, and one is rendered all the same', async () => {
    const chart = await chartOf('maps', configMap)
    expect(await cluster.status('x', 'nowhere')).toBeUndefined()
    const rendered = await cluster.render({ ...here(chart, [{ a: 1 }]), namespace: 'nowhere' })
    expect(parseManifests(rendered)).toMatchObject([{ kind: 'ConfigMap', data: { a: '1' } }])
  })

  test('a namespace that is not there is not made', async () => {
    const chart = await chartOf('maps', configMap)
    await expect(cluster.upgrade({ ...here(chart), namespace: 'nowhere' }, 30)).rejects.toMatchObject({
      code: 'HELM_FAILED',
      hints: [expect.stringContaining('nowhere')],
    })
  })

  test('pods that do not become ready fail it, and the release can be seen as failed', async () => {
    const pod = '{metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: x}]}}'
    const spec = `{selector: {matchLabels: {a: b}}, template: ${pod}}`
    const chart = await chartOf('stuck', {
      'templates/a.yaml': `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: stuck}\nspec: ${spec}\n`,
    })
    await expect(cluster.upgrade({ ...here(chart), release: 'stuck' }, 10)).rejects.toMatchObject({
      code: 'HELM_FAILED',
      message: 'helm failed while installing stuck in default',
    })
    expect(await cluster.status('stuck', 'default')).toMatchObject({ status: 'failed', revision: 1 })
    await cluster.uninstall('stuck', 'default', 60)
  })

  test('a cluster that is not there is told in one line', async () => {
    await server.stop()
    await expect(cluster.status('x', 'default')).rejects.toMatchObject({
      code: 'HELM_FAILED',
      hints: [expect.stringMatching(/unreachable|refused/)],
    })
  })
})
