import { expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import { type Done, type JournalEntry, runSteps, type Step } from '../../../../src/site/install/index.ts'
import { recordingReporter } from '../../../support/recording-reporter.ts'

const bundle = digestOf('bundle')
const site = digestOf('site')
const names = ['one', 'two', 'three']

/** Steps that each make one thing of a world, unless it is there. */
function stepsOf(world: Set<string>, changes: Readonly<Record<string, Step['run']>> = {}): Step[] {
  return names.map(id => ({
    id,
    title: id,
    run:
      changes[id] ??
      (async (): Promise<Done> => {
        const changed = !world.has(id)
        world.add(id)
        return { changed, detail: changed ? `${id} made` : `${id} is there` }
      }),
  }))
}

async function go(steps: readonly Step[], signal = new AbortController().signal) {
  let now = 0
  const clock = { now: () => (now += 10), sleep: async () => {} }
  const entries: JournalEntry[] = []
  const journal = { add: async (added: JournalEntry) => void entries.push(added) }
  const { reporter, lines } = recordingReporter()
  const running = runSteps({ steps, journal, bundle, site, reporter, clock, signal })
  const outcomes = await running.catch((error: unknown) => error)
  return { outcomes, said: lines, journaled: entries.map(({ step, detail }) => [step, detail]), entries }
}

test('runs every step in order and writes down what each changed', async () => {
  const { outcomes, journaled, entries } = await go(stepsOf(new Set()))
  expect(journaled).toEqual(names.map(name => [name, `${name} made`]))
  expect(entries[0]).toMatchObject({ bundle, site, at: '1970-01-01T00:00:00.020Z', milliseconds: 10 })
  expect(outcomes).toMatchObject(names.map(id => ({ id, skipped: false, milliseconds: 10 })))
  // Each takes one tick of 10 ms, and the next begins one later.
  expect(outcomes).toMatchObject(names.map((_, i) => ({ startedAfter: i * 20 })))
})

test('a rerun changes nothing, and writes nothing down', async () => {
  const world = new Set<string>()
  await go(stepsOf(world))
  const { outcomes, said, journaled } = await go(stepsOf(world))
  expect(outcomes).toMatchObject(names.map(id => ({ id, skipped: true, detail: `${id} is there` })))
  expect(said).toContain('= one: one is there')
  expect(journaled).toEqual([])
})

test('what is gone is made again, and nothing else is touched', async () => {
  const world = new Set(names)
  world.delete('two')
  const { outcomes, journaled } = await go(stepsOf(world))
  expect(outcomes).toMatchObject([{ skipped: true }, { skipped: false }, { skipped: true }])
  expect(journaled).toEqual([['two', 'two made']])
})

test('a rerun after a failure goes on with the step that failed', async () => {
  const world = new Set<string>()
  const broken = stepsOf(world, { two: () => Promise.reject(new SealiftError('HELM_FAILED', 'no')) })
  const first = await go(broken)
  expect(first.outcomes).toMatchObject({ code: 'HELM_FAILED' })
  expect(first.said.at(-1)).toBe('✖ two')
  expect(first.journaled).toEqual([['one', 'one made']])
  expect((await go(stepsOf(world))).journaled.map(([step]) => step)).toEqual(['two', 'three'])
})

test('an interruption stops between two steps and keeps what is done', async () => {
  const abort = new AbortController()
  const stopping = stepsOf(new Set(), {
    one: async () => {
      abort.abort()
      return { changed: true, detail: 'made' }
    },
  })
  const { outcomes, journaled } = await go(stopping, abort.signal)
  expect(outcomes).toMatchObject({ code: 'INTERRUPTED', exitCode: 130 })
  expect(journaled).toEqual([['one', 'made']])
})
