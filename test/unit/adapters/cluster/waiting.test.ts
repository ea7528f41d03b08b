import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { toldOfSilence } from '../../../../src/adapters/cluster/waiting.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a server that takes its time is told of once, and anew after it has answered', async () => {
  const told: string[] = []
  const aloud = toldOfSilence(30_000, message => told.push(message))
  const [first, second, third] = [0, 1, 2].map(() => Promise.withResolvers<string>())
  const begin = (which: typeof first) => aloud('https://k3s:6443', which?.promise as Promise<string>)
  const waited = [begin(first), begin(second)]
  await vi.advanceTimersByTimeAsync(2900)
  expect(told).toEqual([])
  await vi.advanceTimersByTimeAsync(200)
  expect(told).toEqual(['https://k3s:6443 has not answered for 3 s; it has 30 s in all'])
  first?.resolve('one')
  second?.resolve('two')
  expect(await Promise.all(waited)).toEqual(['one', 'two'])
  const failing = expect(begin(third)).rejects.toThrow('gone')
  await vi.advanceTimersByTimeAsync(3100)
  expect(told).toHaveLength(2)
  third?.reject(new Error('gone'))
  await failing
})

test('one that answers in time is not', async () => {
  const told: string[] = []
  const aloud = toldOfSilence(30_000, message => told.push(message))
  expect(await aloud('https://k3s:6443', Promise.resolve('well'))).toBe('well')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(told).toEqual([])
})
