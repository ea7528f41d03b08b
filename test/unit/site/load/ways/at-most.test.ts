import { expect, test } from 'vitest'
import { atMost } from '../../../../../src/site/load/ways/at-most.ts'

const never = new AbortController().signal

test('works on all, and on no more than so many at a time', async () => {
  let [now, most] = [0, 0]
  const done: number[] = []
  const work = async (one: number) => {
    most = Math.max(most, ++now)
    await new Promise(setImmediate)
    now--
    done.push(one)
    return one * 2
  }
  const given = await atMost(3, [1, 2, 3, 4, 5, 6, 7], work, never)
  expect([most, done.toSorted()]).toEqual([3, [1, 2, 3, 4, 5, 6, 7]])
  expect(given).toEqual([2, 4, 6, 8, 10, 12, 14])
})

test('begins nothing after a failure, tells those under way, and throws the first', async () => {
  const begun: number[] = []
  const work = async (one: number, signal: AbortSignal) => {
    begun.push(one)
    if (one === 2) throw new Error('two')
    await new Promise(setImmediate)
    if (signal.aborted) throw new Error('told')
  }
  await expect(atMost(2, [1, 2, 3, 4], work, never)).rejects.toThrow('two')
  expect(begun).toEqual([1, 2])
})

test('ends with the signal’s reason when it is stopped', async () => {
  const stop = new AbortController()
  const work = async (one: number) => {
    if (one === 2) stop.abort(new Error('enough'))
  }
  await expect(atMost(1, [1, 2, 3], work, stop.signal)).rejects.toThrow('enough')
})
