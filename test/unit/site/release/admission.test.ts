import { beforeEach, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { refusedPods } from '../../../../src/site/release/index.ts'
import { type MemoryCluster, memoryCluster } from '../../../support/memory-cluster.ts'

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
    expect(await refusedPods(cluster, [workload(kind)], name)).toEqual([])
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

test('a pod of a long name is tried under one that may be', async () => {
  const long = { ...workload('Deployment'), metadata: { name: `abcde-${'x'.repeat(54)}` } }
  await refusedPods(cluster, [long], name)
  expect(tried[0]?.metadata.name).toMatch(/^[a-z0-9][a-z0-9-]{0,61}-dry-run$/)
})

test('what makes no pods is not', async () => {
  expect(await refusedPods(cluster, [{ ...kinds.service, metadata: { name: 's' } }], name)).toEqual([])
  expect(tried).toEqual([])
})

test('a refusal is told in the server’s words', async () => {
  const said = 'the cluster says: pods "app-dry-run" is forbidden: violates PodSecurity "restricted:latest"'
  refuse(new SealiftError('CLUSTER_DENIED', 'not allowed to patch pods', { hints: [said] }))
  expect(await refusedPods(cluster, [workload('Deployment')], name)).toEqual([
    `Deployment app: its pod would be refused: ${said}`,
  ])
  refuse(new SealiftError('CLUSTER_FAILED', 'cannot patch pods app-dry-run: exceeded quota'))
  expect(await refusedPods(cluster, [workload('Deployment')], name)).toEqual([
    'Deployment app: its pod would be refused: cannot patch pods app-dry-run: exceeded quota',
  ])
})

test('a cluster that does not answer is no refusal', async () => {
  refuse(new SealiftError('CLUSTER_UNREACHABLE', 'gone'))
  await expect(refusedPods(cluster, [workload('Deployment')], name)).rejects.toMatchObject({
    code: 'CLUSTER_UNREACHABLE',
  })
})

test('the account is the release’s own where it is there, else the namespace’s; without either nothing is tried', async () => {
  const own = workload('Deployment', { serviceAccountName: 'app', serviceAccount: 'app' })
  const account = async () => {
    tried = []
    await refusedPods(cluster, [own], name)
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
  expect(await refusedPods(cluster, [workload('Deployment')], name)).toEqual([])
  expect(tried).toEqual([])
})

test.each([`${'a'.repeat(4)}-${'b'.repeat(55)}`, `${'a'.repeat(54)}.b`])(
  'a long name stays one: %s',
  async long => {
    const object = { ...workload('Deployment'), metadata: { name: long } }
    await refusedPods(cluster, [object], name)
    expect(tried[0]?.metadata.name).toMatch(/^(?=.{1,63}$)[a-z0-9]([-.a-z0-9]*[a-z0-9])?-dry-run$/)
    expect(tried[0]?.metadata.name).not.toMatch(/[.-]-/)
  },
)
