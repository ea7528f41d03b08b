import { expect, test } from 'vitest'
import { expectedDowntime } from '../../../../src/site/compatibility/index.ts'
import type { StepOutcome } from '../../../../src/site/install/index.ts'

const lock = { metadata: { name: 'sample', version: '1.0.0' } }

const step = (id: string, milliseconds: number, skipped = false): StepOutcome => ({
  ...{ id, title: id, detail: '', startedAfter: 0, milliseconds, skipped },
})
const receipt = (...steps: StepOutcome[]) => ({
  ...{ lock, run: { started: '2026-11-20T08:00:00.000Z', steps } },
})

test('after an install: as long as its server took to start, and a copy of the database at a stated rate', () => {
  expect(expectedDowntime(receipt(step('release-demo', 20_400)), 'demo', 2.9e9)).toEqual({
    seconds: 30 + 10 + 21,
    from: [
      'up to 30 s for its pods to end',
      expect.stringMatching(/^10 s for a copy of .*, at 290 MB\/s as measured/),
      expect.stringMatching(/^21 s for the new server, as 1\.0\.0 took at 2026-11-20T08:00:00\.000Z$/),
      'what its migrations take is not in it',
    ],
  })
})

test('after an upgrade: as long as its server took to end', () => {
  const found = expectedDowntime(receipt(step('stop', 2500), step('release-demo', 9000)), 'demo', 0)
  expect(found).toMatchObject({ seconds: 3 + 0 + 9 })
  expect(found.from[0]).toBe('3 s for its pods to end, as at the last upgrade')
})

test.each([
  ['no run is on record', { lock }, 1],
  ['the run on record left the server as it was', receipt(step('release-demo', 500, true)), 1],
  ['the size of the database may not be seen', receipt(step('release-demo', 500)), undefined],
])('where %s there is no number, but what it would be made of', (_, found, bytes) => {
  const told = expectedDowntime(found, 'demo', bytes)
  expect(told).not.toHaveProperty('seconds')
  expect(told.from).toHaveLength(4)
})
