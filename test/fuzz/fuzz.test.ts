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

const documents = 6000

test(`${documents} odd documents of registries, repositories and charts end the same way`, async () => {
  const { failures, outcomes } = await runCases({ seed, about: 'documents', cases: documents })
  const told = failures.map(
    ({ number, failure, what }) =>
      `npm run fuzz -- --about documents --seed ${seed} --only ${number}: ${what}: ${failure}`,
  )
  expect(told).toEqual([])
  expect(Object.keys(outcomes).sort()).toEqual(
    expect.arrayContaining(['CONTENT_MISMATCH', 'REGISTRY_FAILED', 'RENDER_FAILED', 'SPEC_INVALID', 'read']),
  )
  for (const count of Object.values(outcomes)) expect(count).toBeLessThan(documents * 0.8)
})

test.each(['bundles', 'documents'] as const)('a case of %s is the same each time', about => {
  const numbers = Array.from({ length: 100 }, (_, i) => i)
  const made = numbers.map(number => caseOf(seed, number, about))
  expect(numbers.map(number => caseOf(seed, number, about))).toEqual(made)
  const texts = made.map(one => (one.kind === 'document' ? one.text : one.bytes.toString('latin1')))
  expect(new Set(texts).size).toBeGreaterThan(80)
})
