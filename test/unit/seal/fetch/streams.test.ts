import { expect, test } from 'vitest'
import { adaptiveStreams } from '../../../../src/seal/fetch/streams.ts'
import { instant } from './filling.ts'

/** Lets seconds pass in which streams bring what `rate` says for their number; gives how many ran in each. */
function pass(seconds: number, most: number, rate: (streams: number) => number): number[] {
  let time = 0
  const streams = adaptiveStreams(most, { ...instant, now: () => time })
  return Array.from({ length: seconds }, () => {
    time += 1000
    streams.moved(rate(streams.wanted))
    return streams.wanted
  })
}

test('grows to the most while every stream pays', () => {
  expect(pass(8, 8, streams => streams * 1e6).at(-1)).toBe(8)
})

test('takes a stream back that brings nothing, and tries again only later', () => {
  const seen = pass(30, 8, streams => Math.min(streams, 4) * 1e6)
  expect(Math.max(...seen)).toBe(5)
  expect(seen.filter(streams => streams === 5).length).toBeLessThanOrEqual(4)
  expect(seen.at(-1)).toBeLessThanOrEqual(5)
})

test('never has more than the most, nor fewer than one', () => {
  expect(Math.max(...pass(20, 2, streams => streams))).toBe(2)
  const streams = adaptiveStreams(8, instant)
  for (let i = 0; i < 5; i++) streams.broke()
  expect(streams.wanted).toBe(1)
})

test('halves when a stream breaks off', () => {
  const streams = adaptiveStreams(8, instant)
  expect(streams.wanted).toBe(3)
  streams.broke()
  expect(streams.wanted).toBe(1)
})
