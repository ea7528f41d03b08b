import { expect, test } from 'vitest'
import { allInOrder } from '../../../../src/site/install/index.ts'

const later = async <T>(value: T) => {
  await new Promise(setImmediate)
  return value
}

test('gives what all calls give', async () => {
  expect(await allInOrder([later(1), Promise.resolve('two')])).toEqual([1, 'two'])
})

test('throws the first failure in order, once all have ended', async () => {
  let ended = 0
  const fails = async (what: string, wait: boolean) => {
    if (wait) await later(0)
    ended += 1
    throw new Error(what)
  }
  await expect(allInOrder([later(0), fails('slow', true), fails('quick', false)])).rejects.toThrow('slow')
  expect(ended).toBe(2)
})
