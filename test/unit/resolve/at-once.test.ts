import { expect, test } from 'vitest'
import { atOnce } from '../../../src/resolve/at-once.ts'

test('results come in the order of the list, with never more than 8 under way', async () => {
  let under = 0
  let most = 0
  const list = Array.from({ length: 30 }, (_, i) => i)
  const results = await atOnce(list, 8, async item => {
    most = Math.max(most, ++under)
    for (let turn = item % 5; turn >= 0; turn--) await Promise.resolve()
    under -= 1
    return item * 2
  })
  expect(results).toEqual(list.map(item => item * 2))
  expect(most).toBe(8)
})

test('the first failure is thrown; nothing of an empty list is nothing', async () => {
  const work = async (item: number) => {
    if (item === 2) throw new Error('two')
  }
  await expect(atOnce([1, 2, 3], 2, work)).rejects.toThrow('two')
  await expect(atOnce([], 2, work)).resolves.toEqual([])
})
