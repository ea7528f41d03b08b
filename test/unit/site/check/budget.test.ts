/** The budget's table: what pods, cgroups and nodes add to what is declared and used. */
import { expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { allocatableOf, aroundOf, budgetAccount, observeBudget } from '../../../../src/site/check/index.ts'
import type { Receipt } from '../../../../src/site/install/index.ts'
import { memoryCluster } from '../../../support/memory-cluster.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'
import { proven } from '../verbs/memory-site.ts'

const mebi = 1048576
const share = (object: string, container: string, more = {}) => ({
  ...{ chart: 'demo', object, container, init: false, replicas: 1, memory: 512 * mebi, cpu: 250 },
  ...more,
})
const lock = sampleBundle().lock
const receipt = (...containers: ReturnType<typeof share>[]): Receipt =>
  ({ ...proven, lock: { ...lock, budget: { ...lock.budget, containers } } }) as Receipt
const place = (pod: string) => ({ namespace: 'demo', pod, container: 'main' })

function pod(name: string, resources: object, startedAt: string, restartCount = 0) {
  return {
    ...kinds.pod,
    metadata: { name, namespace: 'demo' },
    spec: { containers: [{ name: 'main', resources }] },
    status: { containerStatuses: [{ name: 'main', restartCount, state: { running: { startedAt } } }] },
  }
}

test('a row names its field, and has limit, peak and start of what runs', async () => {
  const cluster = memoryCluster({
    usage: [{ ...place('demo-1'), memory: 524 * mebi, cpu: 12 }],
    peaks: [{ ...place('demo-1'), memory: 691 * mebi }],
  })
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'demo' } })
  const limits = { memory: '1000Mi', cpu: '1500m' }
  await cluster.apply(pod('demo-1', { limits }, '2026-11-30T01:00:00Z', 2))
  const node = { metadata: { name: 'n' }, status: { allocatable: { memory: '8Gi', cpu: '2' } } }
  await cluster.apply({ ...kinds.node, ...node })
  const of = receipt(share('Deployment/demo', 'main', { memoryLimit: 1 }))
  const account = observeBudget(of, await cluster.usage(), await aroundOf(of, cluster, recordedTalk()))
  expect(account.rows).toEqual([
    {
      ...{ chart: 'demo', object: 'Deployment/demo', container: 'main', memory: 512 * mebi, cpu: 250 },
      replicas: 1,
      field: 'Deployment/demo spec.template.spec.containers[main].resources',
      limit: { memory: 1000 * mebi, cpu: 1500 },
      observed: { memory: 524 * mebi, cpu: 12 },
      peak: 691 * mebi,
      ...{ since: '2026-11-30T01:00:00Z', restarts: 2 },
    },
  ])
  expect(account.allocatable).toEqual({ memory: 8192 * mebi, cpu: 2000 })
  expect(budgetAccount.parse(account)).toEqual(account)
})

test('pods of one object are one row: sums of limits and peaks, the start of the youngest', () => {
  const of = receipt(share('StatefulSet/demo', 'main', { replicas: 2 }))
  const usage = ['demo-0', 'demo-1'].map(name => ({ ...place(name), memory: 100, cpu: 1 }))
  const pods = [
    pod('demo-0', { limits: { memory: '200' } }, '2026-11-30T01:00:00Z'),
    pod('demo-1', { limits: { memory: '300' } }, '2026-11-30T02:00:00Z', 1),
  ]
  const peaks = [
    { ...place('demo-0'), memory: 50 },
    { ...place('demo-1'), memory: 150 },
  ]
  expect(observeBudget(of, usage, { pods, peaks }).rows[0]).toMatchObject({
    // A mark that was read before a larger sample is not the peak.
    ...{ limit: { memory: 500 }, peak: 250, since: '2026-11-30T02:00:00Z', restarts: 1 },
  })
  const [row] = observeBudget(of, usage, { pods, peaks: peaks.slice(0, 1) }).rows
  expect(row).not.toHaveProperty('peak')
})

test('where no pod is known, the lock’s limit stands; where one has none, there is none', () => {
  const of = receipt(share('Deployment/demo', 'main', { memoryLimit: 900 }))
  const usage = [{ ...place('demo-1'), memory: 1, cpu: 1 }]
  expect(observeBudget(of, []).rows[0]?.limit).toEqual({ memory: 900 })
  expect(observeBudget(of, usage).rows[0]?.limit).toEqual({ memory: 900 })
  const free = observeBudget(of, usage, { pods: [pod('demo-1', {}, '2026-11-30T01:00:00Z')], peaks: [] })
  expect(free.rows[0]).not.toHaveProperty('limit')
})

test('what cannot be read is left out and told, unless the cluster is gone', async () => {
  const denied = { ...memoryCluster({ denies: () => true }), peaks: () => fail('CLUSTER_FAILED') }
  const talk = recordedTalk()
  expect(await aroundOf(receipt(), denied, talk)).toEqual({ pods: [], peaks: [] })
  expect(talk.told.filter(line => line.startsWith('warning')).sort()).toEqual([
    'warning: limits of running pods could not be read: not allowed to list Pod in namespace demo',
    'warning: the peaks of memory could not be read: no',
    'warning: what the nodes have could not be read: not allowed to list Node',
  ])
  const gone = { ...memoryCluster(), peaks: () => fail('CLUSTER_UNREACHABLE') }
  await expect(aroundOf(receipt(), gone, recordedTalk())).rejects.toMatchObject({
    code: 'CLUSTER_UNREACHABLE',
  })
})

const fail = (code: 'CLUSTER_FAILED' | 'CLUSTER_UNREACHABLE') => Promise.reject(new SealiftError(code, 'no'))

test.each([
  ['no node', []],
  ['a node that says nothing yet', [{}]],
  ['a node that says something odd', [{ memory: 'much', cpu: '1' }]],
])('of %s nothing is allocatable', (_, amounts) => {
  const nodes = amounts.map(allocatable => ({
    ...kinds.node,
    metadata: { name: 'n' },
    status: { allocatable },
  }))
  expect(allocatableOf(nodes)).toBeUndefined()
})
