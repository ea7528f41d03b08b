import { expect, test } from 'vitest'
import { SealiftError } from '../../../../../../src/kernel/errors/index.ts'
import type { Haste, Infisical } from '../../../../../../src/kernel/ports/index.ts'
import { startReader } from '../../../../../../src/site/verbs/install/upgrade/reads.ts'
import { ManualClock } from '../../../../../support/manual-clock.ts'

type Answer = 'answers' | 'refuses' | 'hangs' | 'no pod'

/** A server that a test stops and starts; the clock moves by seconds, so that a read a second is made. */
async function reading(first: Answer = 'answers') {
  const clock = new ManualClock()
  const state = { answer: first, opened: 0, closed: 0, asked: [] as Haste[] }
  const refused = new SealiftError('SERVER_FAILED', 'no answer')
  const cluster = {
    async forwardService() {
      if (state.answer === 'no pod') throw new SealiftError('CLUSTER_FAILED', 'no ready pod')
      state.opened += 1
      const close = async () => {
        state.closed += 1
      }
      return { host: '127.0.0.1', port: 1, close }
    },
  }
  const infisical = (_url: string, haste: Haste = {}) => {
    state.asked.push(haste)
    const status = async () => {
      if (state.answer === 'refuses') throw refused
      if (state.answer === 'hangs') await new Promise(() => {})
      return { initialized: true }
    }
    return { status } as unknown as Infisical
  }
  const starting = startReader({ cluster: cluster as never, clock, infisical }, 'demo')
  if (first === 'hangs') await clock.advance(1)
  const reader = await starting
  return { clock, state, reader }
}

test('counts what answers and what does not, and the longest time between two answers', async () => {
  const { clock, state, reader } = await reading()
  await clock.advance(3)
  state.answer = 'refuses'
  await clock.advance(4)
  state.answer = 'answers'
  await clock.advance(2)
  expect(await reader.end()).toEqual({ answered: 6, failed: 4, longestGap: 5000 })
  expect([state.opened, state.closed]).toEqual([1, 1])
  // Each asks once: what repeats itself until a server is up would count nothing.
  expect(state.asked.every(({ attempts }) => attempts === 1)).toBe(true)
})

test('a read without an answer has failed after a second, and holds up no other', async () => {
  const { clock, state, reader } = await reading()
  state.answer = 'hangs'
  await clock.advance(3)
  const { answered, failed, longestGap } = await reader.end()
  expect([answered, longestGap]).toEqual([1, 3000])
  expect(failed).toBeGreaterThanOrEqual(2)
})

test('a Service without a pod fails the read, and is asked for again', async () => {
  const { clock, state, reader } = await reading('no pod')
  await clock.advance(2)
  state.answer = 'answers'
  await clock.advance(1)
  expect(await reader.end()).toEqual({ answered: 1, failed: 3, longestGap: 3000 })
  expect(state.opened).toBe(1)
})

test('one that never answered has a gap from its first read to its end', async () => {
  const { clock, reader } = await reading('refuses')
  await clock.advance(5)
  expect(await reader.end()).toEqual({ answered: 0, failed: 6, longestGap: 5000 })
})

test('after its end nothing is read any more', async () => {
  const { clock, state, reader } = await reading()
  await reader.end()
  await clock.advance(3)
  expect(state.asked).toHaveLength(1)
})
