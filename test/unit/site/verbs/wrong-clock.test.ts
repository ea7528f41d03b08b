/** A machine whose clock is wrong, or is set while an install runs: what is made hangs on no time of day. */
import { expect, test } from 'vitest'
import { clock } from '../../../../src/adapters/clock.ts'
import { leaseHolder } from '../../../../src/kernel/lease/index.ts'
import type { InstallResult } from '../../../../src/site/verbs/install/index.ts'
import { installOn } from './memory-site.ts'
import { memoryWorld } from './memory-world.ts'

const year = 365 * 24 * 3600 * 1000

test.each([
  ['ten years behind', () => clock.now() - 10 * year],
  ['sixty years ahead', () => clock.now() + 60 * year],
  // Set back by a year at every look: no duration is what it seems.
  ['set back all the time', (calls: number) => clock.now() - calls * year],
])('%s', async (_, now) => {
  const world = await memoryWorld()
  let calls = 0
  const host = { ...world.host, clock: { ...clock, now: () => now(calls++ % 40) } }
  const first = (await installOn(host, '1.0.0')) as InstallResult
  expect(first.steps.every(({ skipped }) => !skipped)).toBe(true)
  const again = (await installOn(host, '1.0.0')) as InstallResult
  expect(again.steps.filter(({ skipped }) => !skipped).map(({ id }) => id)).toEqual(['proof'])
  expect(world.infisical.clientSecrets).toHaveLength(1)
  expect(await leaseHolder(world.cluster)).toBeUndefined()
})
