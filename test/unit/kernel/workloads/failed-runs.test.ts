import { expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { failedRuns } from '../../../../src/kernel/workloads/index.ts'

const pod = (...containerStatuses: object[]) => ({
  ...kinds.pod,
  metadata: { name: 'infisical-1', namespace: 'infisical' },
  status: { containerStatuses },
})
const ended = (exitCode: number) => ({ terminated: { exitCode, reason: 'Error' } })
const waiting = { waiting: { reason: 'CrashLoopBackOff' } }
const main = { name: 'main', ready: false }

test.each([
  // Between two runs kubelet has counted one restart less than ends.
  ['waits for its third run', { ...main, restartCount: 2, state: waiting, lastState: ended(1) }, 3],
  ['has just ended', { ...main, restartCount: 2, state: ended(1), lastState: ended(1) }, 3],
  ['runs for the third time', { ...main, restartCount: 2, state: { running: {} }, lastState: ended(1) }, 2],
  ['has ended once', { ...main, restartCount: 0, state: ended(137), lastState: {} }, 1],
])('a container that %s', (_, status, times) => {
  expect(failedRuns(pod(status))).toMatchObject({ container: 'main', times })
})

test.each([
  ['is up', { ...main, ready: true, restartCount: 5, state: { running: {} }, lastState: ended(1) }],
  ['has ended well', { ...main, restartCount: 3, state: ended(0) }],
  ['has never ended', { ...main, restartCount: 0, state: { running: {} }, lastState: {} }],
  ['has odd fields', { name: 7, state: 'x', lastState: [], restartCount: 'many' }],
])('none of one that %s', (_, status) => {
  expect(failedRuns(pod(status))).toBeUndefined()
})

test('none of a pod that is to end; of several the one that has ended most often, init containers too', () => {
  const often = { name: 'wait', ready: false, restartCount: 4, state: waiting, lastState: ended(2) }
  const once = { ...main, restartCount: 0, state: ended(1) }
  const both = { ...pod(once), status: { containerStatuses: [once], initContainerStatuses: [often] } }
  expect(failedRuns(both)).toEqual({ container: 'wait', times: 5, exitCode: 2 })
  const metadata = { ...both.metadata, deletionTimestamp: '2026-11-30T00:00:00Z' }
  expect(failedRuns({ ...both, metadata })).toBeUndefined()
})
