import { expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { becomesUp } from '../../../../src/kernel/workloads/index.ts'
import { running, waiting } from '../../../support/kubelet-in-memory.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { memoryCluster } from '../../../support/memory-cluster.ts'

const place = { name: 'p', namespace: 'default' }

async function podOf(status: object) {
  const [cluster, clock] = [memoryCluster(), new ManualClock()]
  const { metadata } = await cluster.create({ ...kinds.pod, metadata: place, status })
  const pod = { ...place, uid: String(metadata['uid']), milliseconds: 10_000 }
  return { cluster, clock, pod }
}

test.each([
  ['up', running],
  ['ErrImagePull: no route', waiting('ErrImagePull', 'no route')],
  ['Evicted: low on memory', { phase: 'Failed', reason: 'Evicted', message: 'low on memory' }],
  [
    'Error: no such file',
    {
      phase: 'Failed',
      containerStatuses: [{ state: { terminated: { reason: 'Error', message: 'no such file' } } }],
    },
  ],
  ['it ended', { phase: 'Succeeded', containerStatuses: null }],
])('%s', async (said, status) => {
  const { cluster, clock, pod } = await podOf(status)
  expect(await becomesUp({ cluster, clock }, pod)).toBe(said)
})

test('one that is made is waited for, and what the cluster says last of it is told', async () => {
  const { cluster, clock, pod } = await podOf(waiting('ContainerCreating', ''))
  const about = { involvedObject: { kind: 'Pod', name: 'p' }, type: 'Warning' }
  for (const [name, reason, lastTimestamp] of [
    ['b', 'FailedMount', '2026-01-01T00:00:02Z'],
    ['a', 'FailedScheduling', '2026-01-01T00:00:01Z'],
  ] as const)
    await cluster.create({ ...kinds.event, metadata: { ...place, name }, ...about, reason, lastTimestamp })
  const state = becomesUp({ cluster, clock }, pod)
  await clock.advance(11)
  expect(await state).toBe('FailedMount')
})

test('another pod of its name is none, and one that is gone is told', async () => {
  const { cluster, clock, pod } = await podOf(running)
  expect(await becomesUp({ cluster, clock }, { ...pod, uid: 'other' })).toBe('another pod has its name')
  await cluster.delete(kinds.pod, 'p', 'default')
  expect(await becomesUp({ cluster, clock }, pod)).toBe('it was deleted')
})

test('the signal ends the wait', async () => {
  const { cluster, clock, pod } = await podOf(waiting('ContainerCreating', ''))
  const stop = new AbortController()
  const waits = expect(becomesUp({ cluster, clock }, { ...pod, signal: stop.signal })).rejects.toThrow('stop')
  setTimeout(() => stop.abort(new Error('stop')))
  await waits
})
