import { expect, test } from 'vitest'
import { atOnce, together } from '../../../../src/seal/resolve/at-once.ts'

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

test('after a failure nothing more is begun, and what runs is waited for', async () => {
  const begun: number[] = []
  const ended: number[] = []
  const release = Promise.withResolvers<void>()
  const working = atOnce([0, 1, 2, 3, 4, 5], 3, async item => {
    begun.push(item)
    if (item === 1) throw new Error('the first')
    await release.promise
    ended.push(item)
    if (item === 2) throw new Error('the second')
  })
  let settled = false
  const outcome = working.catch((error: unknown) => error).finally(() => (settled = true))
  await new Promise(setImmediate)
  expect(settled).toBe(false)
  release.resolve()
  expect(await outcome).toMatchObject({ message: 'the first' })
  expect(begun).toEqual([0, 1, 2])
  expect(ended).toEqual([0, 2])
})

test('work that throws before it promises anything ends it too', async () => {
  const begun: number[] = []
  const working = atOnce([0, 1, 2], 2, item => {
    begun.push(item)
    throw new Error(`${item}`)
  })
  await expect(working).rejects.toThrow('0')
  expect(begun).toEqual([0])
})

test('different things done side by side give their results in their places', async () => {
  const both = await together(new AbortController().signal, () => [
    Promise.resolve(1),
    Promise.resolve('two'),
  ])
  expect(both).toEqual([1, 'two'])
})

test('one of several that fails stops the others by their signal, and they are waited for', async () => {
  let ended = false
  const working = together(new AbortController().signal, signal => [
    Promise.reject(new Error('the first')),
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))).finally(
      async () => {
        await new Promise(setImmediate)
        ended = true
      },
    ),
  ])
  await expect(working).rejects.toThrow('the first')
  expect(ended).toBe(true)
})

test('what is stopped from outside ends with the reason', async () => {
  const outer = new AbortController()
  const working = together(outer.signal, signal => [
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  ])
  outer.abort(new Error('Ctrl-C'))
  await expect(working).rejects.toThrow('Ctrl-C')
})
