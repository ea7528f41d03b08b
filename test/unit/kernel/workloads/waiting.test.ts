import { beforeEach, expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { awaited } from '../../../../src/kernel/workloads/index.ts'
import { type MemoryCluster, memoryCluster } from '../../../support/memory-cluster.ts'

let cluster: MemoryCluster
beforeEach(() => {
  cluster = memoryCluster()
})

const pod = (name: string, status: object) =>
  cluster.apply({ ...kinds.pod, metadata: { name, namespace: 'default' }, status })
const waits = (reason: string, message?: string) => ({
  containerStatuses: [{ name: 'main', ready: false, state: { waiting: { reason, message } } }],
})
let number = 0
const event = (about: string, time: string, type: string, reason: string, message: string, uid?: string) =>
  cluster.create({
    ...kinds.event,
    metadata: { name: `event-${++number}`, namespace: 'default' },
    ...{ type, reason, message, lastTimestamp: time },
    involvedObject: { kind: 'Pod', name: about, ...(uid && { uid }) },
  })

test('nothing is waited for where all is up or over', async () => {
  await pod('up', { conditions: [{ type: 'Ready', status: 'True' }], ...waits('ContainerCreating') })
  await pod('over', { phase: 'Succeeded' })
  expect(await awaited(cluster, 'default')).toEqual([])
})

test('what stops a pod is told before what only takes its time', async () => {
  await pod('creating', waits('ContainerCreating'))
  await pod('pulling', waits('ImagePullBackOff', 'Back-off pulling image "registry/app:1"'))
  await pod('probed', { containerStatuses: [{ name: 'main', state: { running: {} } }] })
  await event('probed', '2026-11-30T00:00:01Z', 'Warning', 'Unhealthy', 'Readiness probe failed: 503')
  await pod('placeless', {
    conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available' }],
  })
  expect(await awaited(cluster, 'default')).toEqual([
    'pod placeless: no node for it: 0/1 nodes are available',
    'pod pulling, main: ImagePullBackOff: Back-off pulling image "registry/app:1"',
    'pod probed: Unhealthy: Readiness probe failed: 503',
    'pod creating: ContainerCreating',
  ])
})

test('of a pod’s events the newest is told, and none of another pod of that name', async () => {
  await pod('app', waits('PodInitializing'))
  const live = await cluster.get(kinds.pod, 'app', 'default')
  const own = String(live?.metadata['uid'] ?? '')
  await event('app', '2026-11-30T00:00:02Z', 'Normal', 'Started', 'Started container wait', own)
  await event('app', '2026-11-30T00:00:01Z', 'Warning', 'FailedMount', 'secret "x" not found', own)
  await event('app', '2026-11-30T00:00:09Z', 'Warning', 'Failed', 'of a pod that is gone', 'another')
  await event('other', '2026-11-30T00:00:09Z', 'Warning', 'Failed', 'of another pod')
  expect(await awaited(cluster, 'default')).toEqual(['pod app: Started: Started container wait'])
})

test('a pod of which nothing else is told is told as it is', async () => {
  await pod('a', { phase: 'Running' })
  await pod('b', { phase: 'Pending' })
  await pod('c', {})
  expect(await awaited(cluster, 'default')).toEqual([
    'pod a: runs, and is not ready yet',
    'pod b: Pending',
    'pod c: Pending',
  ])
})

test('what looks like a secret is taken out, and no log is read', async () => {
  await pod('app', waits('CreateContainerError', 'cannot use postgres://u:p@pg/db\u001b[2J'))
  cluster.logs = () => Promise.reject(new Error('nobody asks for logs'))
  expect(await awaited(cluster, 'default')).toEqual([
    'pod app, main: CreateContainerError: cannot use postgres://[secret]@pg/db\\u{1b}[2J',
  ])
})

test.each([null, 7, 'x', [], {}, { containerStatuses: [null, 7, { state: null }] }, { conditions: 'x' }])(
  'a status of %j is read as far as it goes',
  async status => {
    await pod('app', status as object)
    expect(await awaited(cluster, 'default')).toHaveLength(1)
  },
)
