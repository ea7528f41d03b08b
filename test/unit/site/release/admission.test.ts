import { beforeEach, describe, expect, test } from 'vitest'
import { Refusal, SealiftError } from '../../../../src/kernel/errors/index.ts'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { tryPods } from '../../../../src/site/release/index.ts'
import { type MemoryCluster, memoryCluster } from '../../../support/memory-cluster.ts'

const nothing = { refusals: [], doubts: [] }
const name = { release: 'app', namespace: 'apps' }
let cluster: MemoryCluster
let tried: KubernetesObject[]

beforeEach(async () => {
  tried = []
  cluster = memoryCluster({ admit: object => void tried.push(object) })
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'apps' } })
  await cluster.apply({ ...kinds.serviceAccount, metadata: { name: 'default', namespace: 'apps' } })
})

const workload = (kind: string, spec: object = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'app' },
  spec: { template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'x' }], ...spec } } },
})
const refuse = (error: SealiftError) => {
  cluster.behaviour.admit = () => {
    throw error
  }
}

test.each(['Deployment', 'StatefulSet', 'DaemonSet', 'Job'])(
  'a pod of a %s is tried, and not made',
  async kind => {
    expect(await tryPods(cluster, [workload(kind)], name)).toEqual(nothing)
    expect(tried).toMatchObject([
      {
        kind: 'Pod',
        metadata: { name: 'app-dry-run', namespace: 'apps', labels: { a: 'b' } },
        spec: { containers: [{ name: 'x' }] },
      },
    ])
    expect(await cluster.list(kinds.pod)).toEqual([])
  },
)

test('a pod of a StatefulSet has the volumes that its controller adds', async () => {
  const claims = { volumeClaimTemplates: [{ metadata: { name: 'data' } }, { metadata: { name: 'log' } }] }
  const volumes = [
    { name: 'tmp', emptyDir: {} },
    { name: 'log', emptyDir: {} },
  ]
  const set = workload('StatefulSet', { volumes })
  await tryPods(cluster, [{ ...set, spec: { ...(set['spec'] as object), ...claims } }], name)
  expect(tried[0]?.['spec']).toMatchObject({
    volumes: [
      { name: 'tmp', emptyDir: {} },
      { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'log', persistentVolumeClaim: { claimName: 'log' } },
    ],
  })
})

test('a pod of a long name is tried under one that may be', async () => {
  const long = { ...workload('Deployment'), metadata: { name: `abcde-${'x'.repeat(54)}` } }
  await tryPods(cluster, [long], name)
  expect(tried[0]?.metadata.name).toMatch(/^[a-z0-9][a-z0-9-]{0,61}-dry-run$/)
})

test('what makes no pods is not', async () => {
  expect(await tryPods(cluster, [{ ...kinds.service, metadata: { name: 's' } }], name)).toEqual(nothing)
  expect(tried).toEqual([])
})

const said = 'the cluster says: pods "app-dry-run" is forbidden: violates PodSecurity "restricted:latest"'
const denied = new SealiftError('CLUSTER_DENIED', 'not allowed to patch pods', { hints: [said] })

test('a refusal is told in the server’s words', async () => {
  refuse(denied)
  expect(await tryPods(cluster, [workload('Deployment')], name)).toEqual({
    refusals: [`Deployment app: its pod would be refused: ${said}`],
    doubts: [],
  })
  refuse(new SealiftError('CLUSTER_DENIED', 'the cluster does not accept the credentials'))
  expect((await tryPods(cluster, [workload('Deployment')], name)).refusals).toEqual([
    'Deployment app: its pod would be refused: the cluster does not accept the credentials',
  ])
})

test('what the server calls unfit as it is, as an admission policy does, is a refusal too', async () => {
  const why = `cannot patch pods apps/app-dry-run: ValidatingAdmissionPolicy 'x' denied request: not ours`
  refuse(new SealiftError('CLUSTER_FAILED', why, { cause: new Refusal() }))
  expect(await tryPods(cluster, [workload('Deployment')], name)).toEqual({
    refusals: [`Deployment app: its pod would be refused: ${why}`],
    doubts: [],
  })
})

test.each([
  'failed calling webhook "x": context deadline exceeded',
  'admission webhook "x" does not support dry run',
  'internal error',
])('what is no plain refusal is a doubt, and no secret is told with it: %s', async why => {
  refuse(
    new SealiftError('CLUSTER_FAILED', `cannot patch pods apps/app-dry-run: ${why} at https://u:hunter2@h`),
  )
  expect(await tryPods(cluster, [workload('Deployment')], name)).toEqual({
    refusals: [],
    doubts: [
      `Deployment app: whether its pod would be let in is not known: cannot patch pods apps/app-dry-run: ${why} at https://[secret]@h`,
    ],
  })
})

describe('where the namespace has a quota', () => {
  const quota = { ...kinds.resourceQuota, metadata: { name: 'pods', namespace: 'apps' }, spec: {} }
  const live = (kind: string, status: object) =>
    cluster.applyAs('helm', {
      ...workload(kind),
      metadata: { name: 'app', namespace: 'apps' },
      status,
    })
  const tried = async (kind: string) => {
    refuse(denied)
    const { refusals, doubts } = await tryPods(cluster, [workload(kind)], name)
    return { refusals: refusals.length, doubts: doubts.length }
  }

  test.each([
    ['Deployment', { replicas: 1 }],
    ['StatefulSet', { replicas: 2, readyReplicas: 0 }],
    ['DaemonSet', { currentNumberScheduled: 1 }],
  ])('a refused pod of a %s that has pods is a doubt: these may go first', async (kind, status) => {
    await cluster.apply(quota)
    await live(kind, status)
    refuse(denied)
    expect(await tryPods(cluster, [workload(kind)], name)).toEqual({
      refusals: [],
      doubts: [`${kind} app: its pod would be refused beside those that run: ${said}`],
    })
  })

  test('one of an object that has none, or is not there, is refused', async () => {
    await cluster.apply(quota)
    expect(await tried('Deployment')).toEqual({ refusals: 1, doubts: 0 })
    await live('Deployment', { replicas: 0 })
    expect(await tried('Deployment')).toEqual({ refusals: 1, doubts: 0 })
  })

  test('else pods that run are no excuse', async () => {
    await cluster.apply({ ...quota, metadata: { name: 'pods', namespace: 'default' } })
    await live('Deployment', { replicas: 1 })
    expect(await tried('Deployment')).toEqual({ refusals: 1, doubts: 0 })
  })
})

test('a cluster that does not answer is no refusal', async () => {
  refuse(new SealiftError('CLUSTER_UNREACHABLE', 'gone'))
  await expect(tryPods(cluster, [workload('Deployment')], name)).rejects.toMatchObject({
    code: 'CLUSTER_UNREACHABLE',
  })
})

test('the account is the release’s own where it is there, else the namespace’s; without either nothing is tried', async () => {
  const own = workload('Deployment', { serviceAccountName: 'app', serviceAccount: 'app' })
  const account = async () => {
    tried = []
    await tryPods(cluster, [own], name)
    return tried.map(({ spec }) => spec)
  }
  expect(await account()).toMatchObject([{ serviceAccountName: 'default' }])
  expect((await account())[0]).not.toHaveProperty('serviceAccount')
  await cluster.apply({ ...kinds.serviceAccount, metadata: { name: 'app', namespace: 'apps' } })
  expect(await account()).toMatchObject([{ serviceAccountName: 'app' }])
  for (const account of ['app', 'default']) await cluster.delete(kinds.serviceAccount, account, 'apps')
  expect(await account()).toEqual([])
})

test('of a name that a pod has already nothing is tried: it would only be refused as a change', async () => {
  await cluster.apply({ ...kinds.pod, metadata: { name: 'app-dry-run', namespace: 'apps' } })
  tried = []
  refuse(new SealiftError('CLUSTER_FAILED', 'pod updates may not change fields'))
  expect(await tryPods(cluster, [workload('Deployment')], name)).toEqual(nothing)
  expect(tried).toEqual([])
})

test.each([`${'a'.repeat(4)}-${'b'.repeat(55)}`, `${'a'.repeat(54)}.b`])(
  'a long name stays one: %s',
  async long => {
    const object = { ...workload('Deployment'), metadata: { name: long } }
    await tryPods(cluster, [object], name)
    expect(tried[0]?.metadata.name).toMatch(/^(?=.{1,63}$)[a-z0-9]([-.a-z0-9]*[a-z0-9])?-dry-run$/)
    expect(tried[0]?.metadata.name).not.toMatch(/[.-]-/)
  },
)
