import { expect, test } from 'vitest'
import { kinds } from '../../../../../src/kernel/ports/index.ts'
import { lastEnd } from '../../../../../src/site/wire/index.ts'

const pod = (terminated: unknown, more: { name?: string; restartCount?: unknown } = {}) => ({
  ...kinds.pod,
  metadata: { name: more.name ?? 'infisical-68c4d88f85-fvnph', namespace: 'infisical' },
  status: {
    containerStatuses: [
      { name: 'infisical', restartCount: more.restartCount ?? 1, lastState: { terminated } },
    ],
  },
})
const found = (...pods: ReturnType<typeof pod>[]) => lastEnd({ list: async () => pods }, 'infisical')
const finishedAt = '2026-11-30T07:00:00Z'

test('a pod that the kernel has ended, and one whose heap was too small, are told with what to do', async () => {
  expect(await found(pod({ reason: 'OOMKilled', exitCode: 137, finishedAt }))).toEqual({
    by: 'kernel',
    seen: `the kernel ended its last run at ${finishedAt}, at its memory limit`,
    next: expect.stringContaining('sealift budget fit'),
  })
  for (const exitCode of [134, 139])
    expect(await found(pod({ reason: 'Error', exitCode, finishedAt }, { restartCount: 3 }))).toEqual({
      by: 'heap',
      seen: `its last run ended with ${exitCode} at ${finishedAt}, as one does whose V8 heap was too small, 3 runs so far`,
      next: expect.stringContaining('memory.heapMiB'),
    })
})

test.each([
  ['a run that ended by itself', pod({ reason: 'Completed', exitCode: 0, finishedAt })],
  ['another fault', pod({ reason: 'Error', exitCode: 1, finishedAt })],
  ['no run before', pod(undefined)],
  ['something odd', pod('ended')],
  ['a pod of another object', pod({ reason: 'OOMKilled' }, { name: 'other-1' })],
  ['the database beside it', pod({ reason: 'OOMKilled' }, { name: 'infisical-postgresql-0' })],
  ['the cache beside it', pod({ reason: 'OOMKilled' }, { name: 'infisical-redis-68c4d88f85-fvnph' })],
])('of %s there is nothing to say', async (_, one) => {
  expect(await found(one)).toBeUndefined()
})
