/** A rehearsal on a real API server: its dry run sees defaults and admission, and nothing is written. */
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCluster } from '../../src/adapters/cluster/index.ts'
import { secretObject } from '../../src/kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../src/kernel/ports/index.ts'
import { rehearse } from '../../src/site/plan/index.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { goTool } from '../support/tools/build.ts'

let api: ApiServer
let cluster: Cluster

beforeAll(async () => {
  api = await startApiServer()
  cluster = createCluster({ kubeconfig: api.kubeconfig, environment: {} })
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'there' } })
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'strict', labels } })
}, 120_000)
afterAll(() => api?.stop())

/** Writes that the API server has let through and stored, by its own count of requests that were no dry run. */
async function writes(): Promise<number> {
  const kube = await goTool('kube')
  const { stdout } = await execa(kube, ['get', '--raw', '/metrics', '--kubeconfig', api.kubeconfig], {
    argv0: 'kubectl',
  })
  const counted = stdout
    .split('\n')
    .filter(line => /^apiserver_request_total\{.*dry_run=""/.test(line))
    .filter(line => /verb="(?:APPLY|PATCH|POST|PUT|DELETE)"/.test(line))
    // What the components do by themselves has nothing to do with these.
    .filter(line => /resource="(?:deployments|secrets|configmaps|pods|namespaces)"/.test(line))
  return counted.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

const deployment = (namespace: string, image: string): KubernetesObject => ({
  ...kinds.deployment,
  metadata: { name: 'web', namespace, annotations: { updatedAt: new Date().toISOString() } },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image, resources: { limits: { cpu: '0.5' } } }] },
    },
  },
})

test('what stays, what changes, and what is made are told from each other, defaults left aside', async () => {
  await cluster.apply(deployment('there', 'r.io/web:1'))
  await cluster.apply(secretObject('there', 'login', { user: 'ann', password: 'tall-oak-secret' }))
  const before = await writes()
  const rehearsal = rehearse(cluster)
  rehearsal.during('release-web')
  // Half a core is written as 500m there, and much is added that nobody said.
  await rehearsal.put(deployment('there', 'r.io/web:1'), 'sealift')
  await rehearsal.cluster.apply({
    ...deployment('there', 'r.io/web:2'),
    metadata: { name: 'web', namespace: 'there' },
  })
  await rehearsal.cluster.apply(secretObject('there', 'login', { user: 'ann', password: 'another-secret' }))
  await rehearsal.cluster.apply({
    ...kinds.configMap,
    metadata: { name: 'new', namespace: 'there' },
    data: { a: '1' },
  })
  await rehearsal.cluster.delete(kinds.configMap, 'kube-root-ca.crt', 'there')
  const objects = rehearsal.objects()
  expect(objects).toMatchObject([
    {
      ...{
        change: 'change',
        kind: 'Deployment',
        namespace: 'there',
        name: 'web',
        step: 'release-web',
        more: 0,
      },
      fields: expect.arrayContaining([
        {
          ...{ path: 'spec.template.spec.containers[web].image', kind: 'changed' },
          ...{ before: '"r.io/web:1"', after: '"r.io/web:2"' },
        },
      ]),
    },
    { change: 'change', kind: 'Secret', fields: [{ path: 'data.password', kind: 'changed' }] },
    { change: 'create', kind: 'ConfigMap', name: 'new' },
    { change: 'remove', kind: 'ConfigMap', name: 'kube-root-ca.crt' },
  ])
  expect(JSON.stringify(objects)).not.toMatch(/tall-oak|another-secret|dGFsbC1vYWs|YW5vdGhlci/)
  expect(rehearsal.refused).toEqual([])
  expect(await writes()).toBe(before)
})

test('an object as it is stays, whatever the server has made of it', async () => {
  await cluster.apply(deployment('there', 'r.io/web:1'))
  const rehearsal = rehearse(cluster)
  const now = await rehearsal.put(deployment('there', 'r.io/web:1'), 'sealift')
  expect(rehearsal.objects()).toMatchObject([{ change: 'stays', kind: 'Deployment', fields: [] }])
  const live = await cluster.get(kinds.deployment, 'web', 'there')
  expect(now.metadata['resourceVersion']).toBe(live?.metadata['resourceVersion'])
})

test('what Pod Security refuses, and what is no object at all, is told, and ends nothing', async () => {
  const before = await writes()
  const rehearsal = rehearse(cluster)
  const pod = (namespace: string): KubernetesObject => ({
    ...kinds.pod,
    metadata: { name: 'root', namespace },
    spec: { containers: [{ name: 'root', image: 'r.io/root:1', securityContext: { runAsUser: 0 } }] },
  })
  await rehearsal.cluster.apply(pod('strict'))
  await rehearsal.cluster.apply({ ...kinds.configMap, metadata: { name: 'Not A Name', namespace: 'there' } })
  expect(rehearsal.refused).toHaveLength(2)
  expect(rehearsal.refused[0]).toMatch(/^Pod strict\/root: .*violates PodSecurity "restricted:latest"/)
  expect(rehearsal.refused[1]).toMatch(/^ConfigMap there\/Not A Name: .*Invalid value/)
  expect(rehearsal.objects()).toHaveLength(2)
  expect(await writes()).toBe(before)
})

test('what a namespace or a kind is missing for is shown as it is rendered', async () => {
  const rehearsal = rehearse(cluster)
  await rehearsal.cluster.apply({ ...kinds.namespace, metadata: { name: 'coming' } })
  await rehearsal.put(deployment('coming', 'r.io/web:1'), 'helm')
  await rehearsal.put({ ...kinds.configMap, metadata: { name: 'settings' } }, 'helm', 'coming')
  const definition = {
    scope: 'Cluster',
    names: { kind: 'ClusterSecretStore', plural: 'clustersecretstores' },
  }
  const schema = { openAPIV3Schema: { type: 'object' } }
  await rehearsal.cluster.apply({
    ...kinds.crd,
    metadata: { name: 'clustersecretstores.external-secrets.io' },
    spec: {
      group: 'external-secrets.io',
      ...definition,
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  })
  await rehearsal.cluster.apply({ ...kinds.clusterSecretStore, metadata: { name: 'store' }, spec: {} })
  expect(rehearsal.refused).toEqual([])
  expect(rehearsal.objects()).toMatchObject([
    { change: 'create', kind: 'Namespace', name: 'coming' },
    { change: 'create', namespace: 'coming', note: expect.stringContaining('its namespace') },
    {
      change: 'create',
      namespace: 'coming',
      name: 'settings',
      note: expect.stringContaining('its namespace'),
    },
    { change: 'create', kind: 'CustomResourceDefinition' },
    { change: 'create', kind: 'ClusterSecretStore', note: expect.stringContaining('its kind') },
  ])
  expect(rehearsal.unknown).toEqual([])
  await rehearsal.cluster.apply({
    ...kinds.pushSecret,
    metadata: { name: 'push', namespace: 'there' },
    spec: {},
  })
  expect(rehearsal.unknown).toEqual([
    expect.stringContaining('PushSecret there/push: the cluster does not know'),
  ])
  // In a namespace that nobody makes, it would end.
  await rehearsal.put({ ...kinds.configMap, metadata: { name: 'settings' } }, 'helm', 'nowhere')
  expect(rehearsal.refused).toHaveLength(1)
  // What is made twice is made the same way, whatever the server allocates.
  const twice = rehearse(cluster)
  const service = {
    ...kinds.service,
    metadata: { name: 'web', namespace: 'there' },
    spec: { ports: [{ port: 80 }] },
  }
  await twice.put(service, 'helm')
  const [first] = twice.objects()
  const again = rehearse(cluster)
  await again.put(service, 'helm')
  expect(again.objects()).toEqual([first])
})

test('without the right to try, it is told what is refused', async () => {
  const nobody = createCluster({ kubeconfig: api.nobody, environment: {} })
  const readable: Cluster = { ...cluster, preview: nobody.preview }
  const rehearsal = rehearse(readable)
  await rehearsal.cluster.apply({ ...kinds.configMap, metadata: { name: 'a', namespace: 'there' } })
  expect(rehearsal.refused).toEqual([
    expect.stringMatching(/^ConfigMap there\/a: not allowed to patch configmaps/),
  ])
})
