import { expect, test } from 'vitest'
import { faultList, malformed, wrongPlatform } from '../../../../src/bundle/layout/index.ts'

test('a fault is kept once', () => {
  const found = faultList()
  for (let i = 0; i < 5; i++) found.report(malformed('x', `fault ${i % 2}`))
  expect(found.faults.map(fault => fault.message)).toEqual(['fault 0', 'fault 1'])
})

test('faults without end are not kept, and the last one says so', () => {
  const found = faultList()
  for (let i = 0; i < 100_000; i++) found.report(malformed('x', `fault ${i}`))
  expect(found.faults).toHaveLength(1001)
  expect(found.faults.at(-1)?.message).toMatch(/more than 1000 faults/)
})

test('of a wrong platform it is said what is there', () => {
  const message = (here: string[]) => wrongPlatform('image a', 'linux/arm64', here).message
  expect(message(['linux/amd64', 'linux/s390x'])).toBe('is for linux/amd64, linux/s390x, not for linux/arm64')
  expect(message([])).toBe('is for no platform, not for linux/arm64')
})
