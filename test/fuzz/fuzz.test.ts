/** Thousands of hostile bundles; `npm run fuzz` runs as many as one wants. What must hold of each is in judge.ts. */
import { expect, test } from 'vitest'
import { caseOf } from './cases.ts'
import { runCases } from './run.ts'

const seed = 'sealift'
const cases = 4000

test(`${cases} hostile bundles and packages end in a clear error or a correct read`, async () => {
  const { failures, outcomes } = await runCases({ seed, cases })
  const told = failures.map(
    ({ number, failure, what }) => `npm run fuzz -- --seed ${seed} --only ${number}: ${what}: ${failure}`,
  )
  expect(told).toEqual([])
  // The cases are neither all refused at the door nor all harmless.
  expect(Object.keys(outcomes).sort()).toEqual(
    expect.arrayContaining(['BUNDLE_DAMAGED', 'BUNDLE_MALFORMED', 'CONTENT_MISMATCH', 'read']),
  )
  for (const count of Object.values(outcomes)) expect(count).toBeLessThan(cases * 0.7)
})

test('a case is the same each time', () => {
  const numbers = Array.from({ length: 100 }, (_, i) => i)
  const made = numbers.map(number => caseOf(seed, number))
  expect(numbers.map(number => caseOf(seed, number))).toEqual(made)
  expect(new Set(made.map(({ bytes }) => bytes.toString('latin1'))).size).toBeGreaterThan(90)
})
