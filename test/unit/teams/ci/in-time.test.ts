import { expect, test } from 'vitest'
import { inTime } from '../../../../src/teams/ci/in-time.ts'

test('work that ends gives what it gives, or throws what it throws', () => {
  expect(inTime(() => 1 + 1, 10_000)).toEqual({ value: 2 })
  const fails = () => {
    throw new TypeError('not so')
  }
  expect(() => inTime(fails, 10_000)).toThrow(TypeError)
})

test('work without an end is ended', () => {
  const endless = () => {
    for (;;);
  }
  expect(inTime(endless, 20)).toBeUndefined()
})
