/** What `npm test` says at its end of vitest's report. */
import { expect, test } from 'vitest'
import { failuresIn } from '../../scripts/failures.ts'

const one = (fullName: string, status: string, ...failureMessages: string[]) => ({
  ...{ fullName, status, failureMessages },
})
const said = (message: string, ...assertionResults: ReturnType<typeof one>[]) =>
  failuresIn({ name: 'a.test.ts', message, assertionResults })

test('a test that failed is named with the first line of what it said', () => {
  const tests = [one('good', 'passed'), one('a b', 'failed', 'expected 1 to be 2\n  at a.test.ts:1')]
  expect(said('', ...tests)).toEqual(['a.test.ts > a b: expected 1 to be 2'])
})

test('a set-up that failed says why its tests did not run', () => {
  expect(said('no cluster\nafter a minute', one('one', 'skipped'), one('two', 'skipped'))).toEqual([
    'a.test.ts: no cluster',
    'a.test.ts: 2 of its tests did not run',
  ])
})

test('what failed when all was over is not hidden by a test that did', () => {
  expect(said('still there', one('one', 'failed', 'bad'))).toEqual([
    'a.test.ts: still there',
    'a.test.ts > one: bad',
  ])
})

test('a test that is left out is a failure, and a file without any other has none', () => {
  expect(said('', one('one', 'todo'))).toEqual(['a.test.ts: 1 of its tests did not run'])
  expect(said('', one('one', 'passed'))).toEqual([])
})
