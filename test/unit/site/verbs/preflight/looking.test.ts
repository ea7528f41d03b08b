import { expect, test } from 'vitest'
import { clock } from '../../../../../src/adapters/clock.ts'
import { SealiftError } from '../../../../../src/kernel/errors/index.ts'
import { ok } from '../../../../../src/site/preflight/index.ts'
import { type Check, each, ground, looked, unseen } from '../../../../../src/site/verbs/preflight/looking.ts'

const { signal } = new AbortController()
const about = { id: 'x/y', group: 'cluster', title: 'A thing' } as const
const look = async (work: Check['look'], more: Partial<Check> = {}) => {
  const [found] = await looked({ ...about, look: work, ...more }, clock, signal)
  return found
}

test('what a look gives, under its id', async () => {
  expect(await look(async () => ok('fine'))).toEqual({ ...about, ...ok('fine') })
  const parts = [
    { ...ok('a'), of: 'n1' },
    { ...ok('b'), of: 'n2' },
  ]
  const found = await looked({ ...about, look: async () => parts }, clock, signal)
  expect(found.map(({ id }) => id)).toEqual(['x/y/n1', 'x/y/n2'])
})

test('a look that takes too long is not waited for', async () => {
  const found = await look(() => new Promise(() => {}), { seconds: 0 })
  expect(found).toMatchObject({ result: 'not-looked-at', seen: 'no answer within 0 s' })
})

test('an error of what is asked about is a fault, with what to do', async () => {
  const error = new SealiftError('DATABASE_UNFIT', 'it does not fit', {
    faults: ['too old'],
    hints: ['upgrade'],
  })
  expect(await look(() => Promise.reject(error))).toMatchObject({
    result: 'fault',
    seen: 'it does not fit; too old',
    next: 'upgrade',
  })
  const bare = new SealiftError('CACHE_UNFIT', 'no')
  expect(await look(() => Promise.reject(bare))).toMatchObject({ next: 'mend that, and run this again' })
})

test('a cluster that refuses or is silent says nothing of what was asked, unless that is the question', async () => {
  const error = new SealiftError('CLUSTER_DENIED', 'not allowed to list nodes')
  expect(await look(() => Promise.reject(error))).toMatchObject({ result: 'not-looked-at' })
  expect(await look(() => Promise.reject(error), { isFault: true })).toMatchObject({ result: 'fault' })
})

test('a fault of ours hides no other look', async () => {
  expect(await look(() => Promise.reject(new TypeError('x is undefined')))).toMatchObject({
    result: 'not-looked-at',
    seen: 'a fault of Sealift itself: x is undefined',
  })
})

test('what a look rests on is found once, and its own check tells of it', async () => {
  let tried = 0
  const rests = ground('x/rests', 'the ground', async () => {
    tried += 1
    throw new SealiftError('BUNDLE_MALFORMED', 'it is none')
  })
  expect(await look(() => rests.own())).toMatchObject({ result: 'fault', seen: 'it is none' })
  expect(await look(() => rests.need())).toMatchObject({
    result: 'not-looked-at',
    seen: 'the ground could not be had: see x/rests',
  })
  expect(tried).toBe(1)
})

test('of several things each is judged by itself', async () => {
  const found = await each(
    ['a', 'b'],
    one => one,
    async one => (one === 'a' ? ok('fine') : unseen('nobody knows')),
  )
  expect(found).toEqual([
    { ...ok('fine'), of: 'a' },
    { result: 'not-looked-at', seen: 'nobody knows', of: 'b' },
  ])
})

test('a line stays a line, whatever a server has written into it', async () => {
  const found = await look(async () => ok('one\n✔ two\u001b[2J\u202e'))
  expect(found?.seen).toBe('one\\u{a}✔ two\\u{1b}[2J\\u{202e}')
})

test('an interruption ends it', async () => {
  const stop = new AbortController()
  const reason = new SealiftError('INTERRUPTED', 'interrupted')
  const waiting = looked({ ...about, look: () => new Promise(() => {}) }, clock, stop.signal)
  stop.abort(reason)
  await expect(waiting).rejects.toBe(reason)
})
