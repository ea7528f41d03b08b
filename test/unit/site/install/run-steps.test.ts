import { expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import { type Done, type JournalEntry, runSteps, type Step } from '../../../../src/site/install/index.ts'
import { recordingReporter } from '../../../support/recording-reporter.ts'

const bundle = digestOf('bundle')
const site = digestOf('site')
const names = ['one', 'two', 'three']
type Work = Step['run']

/** Steps that each make one thing of a world, unless it is there; each needs the one before. */
function stepsOf(world: Set<string>, changes: Readonly<Record<string, Work>> = {}): Step[] {
  const make = (id: string) => async (): Promise<Done> => {
    const changed = !world.has(id)
    world.add(id)
    return { changed, detail: changed ? `${id} made` : `${id} is there` }
  }
  return names.map((id, at) => step(id, names.slice(at - 1, at), changes[id] ?? make(id)))
}

const step = (id: string, needs: readonly string[], run: Work): Step => ({ id, title: id, needs, run })
const made: Work = async () => ({ changed: true, detail: 'made' })
const fails = (message: string) => () => Promise.reject(new SealiftError('HELM_FAILED', message))
/** Runs until it is asked to stop. */
const untilStopped: Work = (_, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

interface Asked {
  readonly signal?: AbortSignal
  readonly add?: (entry: JournalEntry) => Promise<void>
}

async function go(steps: readonly Step[], { signal = new AbortController().signal, add }: Asked = {}) {
  let now = 0
  const clock = { now: () => (now += 10), sleep: async () => {} }
  const entries: JournalEntry[] = []
  const journal = { add: add ?? (async (added: JournalEntry) => void entries.push(added)) }
  const { reporter, lines } = recordingReporter()
  const running = runSteps({ steps, journal, bundle, site, reporter, clock, signal })
  const outcomes = await running.catch((error: unknown) => error)
  return { outcomes, said: lines, journaled: entries.map(({ step, detail }) => [step, detail]), entries }
}

test('runs every step after what it needs and writes down what each changed', async () => {
  const { outcomes, journaled, entries } = await go(stepsOf(new Set()))
  expect(journaled).toEqual(names.map(name => [name, `${name} made`]))
  expect(entries[0]).toMatchObject({ bundle, site, at: '1970-01-01T00:00:00.020Z', milliseconds: 10 })
  expect(outcomes).toMatchObject(names.map(id => ({ id, skipped: false, milliseconds: 10 })))
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
  const first = await go(stepsOf(world, { two: fails('no') }))
  expect(first.outcomes).toMatchObject({ code: 'HELM_FAILED', message: 'no', faults: [] })
  expect(first.said.at(-1)).toBe('✖ two')
  expect(first.journaled).toEqual([['one', 'one made']])
  expect((await go(stepsOf(world))).journaled.map(([step]) => step)).toEqual(['two', 'three'])
})

test('what needs nothing of one another runs side by side; outcomes keep the order of the steps', async () => {
  const quick = Promise.withResolvers<Done>()
  const steps = [
    // It can end only if the other one runs beside it.
    step('slow', [], () => quick.promise),
    step('quick', [], async () => {
      quick.resolve({ changed: true, detail: 'made' })
      return { changed: true, detail: 'made' }
    }),
    step('last', ['slow', 'quick'], made),
  ]
  const { outcomes, said } = await go(steps)
  expect(outcomes).toMatchObject([{ id: 'slow' }, { id: 'quick' }, { id: 'last' }])
  expect(said.slice(0, 2)).toEqual(['… slow', '… quick'])
})

test('a step begins when what it needs is done, whatever else still runs', async () => {
  const end = Promise.withResolvers<Done>()
  const after: Work = async () => {
    end.resolve({ changed: false, detail: 'there' })
    return { changed: true, detail: 'made' }
  }
  const steps = [
    step('long', [], () => end.promise),
    step('short', [], made),
    step('after', ['short'], after),
  ]
  expect((await go(steps)).journaled).toEqual([
    ['short', 'made'],
    ['after', 'made'],
  ])
})

test('journal entries are written one at a time, in the order in which steps end', async () => {
  const first = Promise.withResolvers<void>()
  const order: string[] = []
  let writing = 0
  const add = async ({ step }: JournalEntry) => {
    expect(++writing).toBe(1)
    await new Promise(setImmediate)
    order.push(step)
    writing -= 1
  }
  const late: Work = async () => {
    await first.promise
    return { changed: true, detail: 'made' }
  }
  const early: Work = async () => {
    first.resolve()
    return { changed: true, detail: 'made' }
  }
  await go([step('late', [], late), step('early', [], early), step('third', [], made)], { add })
  expect(order).toEqual(['early', 'third', 'late'])
})

test('a step whose entry cannot be written has failed', async () => {
  const add = () => Promise.reject(new SealiftError('CLUSTER_FAILED', 'no answer'))
  const { outcomes, said } = await go([step('one', [], made), step('two', ['one'], made)], { add })
  expect(outcomes).toMatchObject({ code: 'CLUSTER_FAILED' })
  expect(said).toEqual(['… one', '✖ one'])
})

test('a failure stops what runs beside it, and nothing else begins', async () => {
  const steps = [
    step('other', [], untilStopped),
    step('broken', [], fails('no')),
    step('next', ['other'], made),
    step('after', ['broken'], made),
  ]
  const { outcomes, said, journaled } = await go(steps)
  expect(outcomes).toMatchObject({ code: 'HELM_FAILED', message: 'no', faults: [] })
  expect(said).toEqual(['… other', '… broken', '✖ broken', '✖ other: stopped'])
  expect(journaled).toEqual([])
})

test('what comes to its end after a failure is written down all the same', async () => {
  const finishes: Work = (_, signal) =>
    new Promise(resolve => signal.addEventListener('abort', () => resolve({ changed: true, detail: 'made' })))
  const { outcomes, journaled } = await go([step('other', [], finishes), step('broken', [], fails('no'))])
  expect(outcomes).toMatchObject({ code: 'HELM_FAILED' })
  expect(journaled).toEqual([['other', 'made']])
})

test('of several failures the first is told, with the others as faults', async () => {
  const failsToo: Work = (_, signal) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(new SealiftError('LOAD_FAILED', 'containerd is gone'))),
    )
  const { outcomes } = await go([step('other', [], failsToo), step('broken', [], fails('no'))])
  expect(outcomes).toMatchObject({
    code: 'HELM_FAILED',
    message: 'no',
    faults: ['other: containerd is gone'],
  })
})

test('an interruption stops at the ends of steps, and says what is done and how to go on', async () => {
  const abort = new AbortController()
  const stopping: Work = async () => {
    abort.abort()
    return { changed: true, detail: 'made' }
  }
  const steps = [
    step('beside', [], untilStopped),
    ...stepsOf(new Set(), { one: stopping }),
    step('late', [], made),
  ]
  const { outcomes, journaled, said } = await go(steps, { signal: abort.signal })
  expect(outcomes).toMatchObject({
    code: 'INTERRUPTED',
    exitCode: 130,
    message: 'interrupted: 1 of 5 steps are done; left: beside, two, three, late',
    hints: [expect.stringContaining('the next run goes on from there')],
  })
  expect(journaled).toEqual([['one', 'made']])
  expect(said).toEqual(['… beside', '… one', '✖ beside: stopped', '✔ one: made'])
})

test('an interruption after the last step is one too: nothing may be written any more', async () => {
  const abort = new AbortController()
  const last: Work = async () => {
    abort.abort()
    return { changed: false, detail: 'there' }
  }
  expect((await go([step('one', [], last)], { signal: abort.signal })).outcomes).toMatchObject({
    message: 'interrupted: 1 of 1 steps are done',
  })
})
