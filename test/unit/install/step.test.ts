import { expect, test } from 'vitest'
import { SealiftError } from '../../../src/errors/index.ts'
import { type Journal, type JournalEntry, runSteps, type Step } from '../../../src/install/index.ts'
import { digestOf } from '../../../src/oci/index.ts'
import type { Reporter } from '../../../src/ports/index.ts'

const bundle = digestOf('bundle')
const site = digestOf('site')

function memoryJournal(entries: JournalEntry[] = []): Journal & { entries: JournalEntry[] } {
  return { entries, read: async () => [...entries], add: async added => void entries.push(added) }
}

function recordingReporter(): Reporter & { said: string[] } {
  const said: string[] = []
  return {
    said,
    step: title => ({
      update: detail => said.push(`${title}: ${detail}`),
      done: detail => said.push(`${title} done ${detail}`),
      skip: detail => said.push(`${title} skipped ${detail}`),
      fail: () => said.push(`${title} failed`),
    }),
    note: text => said.push(text),
    warn: text => said.push(text),
  }
}

function steps(ran: string[], changes: Partial<Record<string, Partial<Step>>> = {}): Step[] {
  return ['one', 'two', 'three'].map(id => ({
    id,
    title: id,
    run: async () => {
      ran.push(id)
      return `${id} ok`
    },
    ...changes[id],
  }))
}

async function go(
  all: Step[],
  journal: Journal,
  options: { signal?: AbortSignal; bundle?: typeof bundle } = {},
) {
  let now = 0
  const clock = { now: () => (now += 10), sleep: async () => {} }
  const reporter = recordingReporter()
  const signal = options.signal ?? new AbortController().signal
  const outcomes = await runSteps({
    steps: all,
    journal,
    bundle: options.bundle ?? bundle,
    site,
    reporter,
    clock,
    signal,
  })
  return { outcomes, said: reporter.said }
}

test('runs every step in order and writes each down', async () => {
  const ran: string[] = []
  const journal = memoryJournal()
  const { outcomes } = await go(steps(ran), journal)
  expect(ran).toEqual(['one', 'two', 'three'])
  expect(journal.entries.map(({ step, detail }) => [step, detail])).toEqual([
    ['one', 'one ok'],
    ['two', 'two ok'],
    ['three', 'three ok'],
  ])
  expect(outcomes.map(({ skipped, milliseconds }) => [skipped, milliseconds > 0])).toEqual(
    Array(3).fill([false, true]),
  )
})

test('a rerun after a failure skips what was done and goes on with the step that failed', async () => {
  const ran: string[] = []
  const journal = memoryJournal()
  const broken = steps(ran, { two: { run: () => Promise.reject(new SealiftError('HELM_FAILED', 'no')) } })
  await expect(go(broken, journal)).rejects.toMatchObject({ code: 'HELM_FAILED' })
  expect(journal.entries.map(({ step }) => step)).toEqual(['one'])

  const { said } = await go(steps(ran), journal)
  expect(ran).toEqual(['one', 'two', 'three'])
  expect(said).toContain('one skipped done before: one ok')
})

test('a step that no longer holds runs again, and so does all that rests on it', async () => {
  const ran: string[] = []
  const journal = memoryJournal()
  await go(steps(ran), journal)
  ran.length = 0
  await go(steps(ran, { two: { holds: async () => false } }), journal)
  expect(ran).toEqual(['two', 'three'])
})

test('what was done for another bundle does not count', async () => {
  const ran: string[] = []
  const journal = memoryJournal()
  await go(steps(ran), journal, { bundle: digestOf('older bundle') })
  ran.length = 0
  await go(steps(ran), journal)
  expect(ran).toEqual(['one', 'two', 'three'])
})

test('nor does what was done before another bundle had its turn, however far that came', async () => {
  const ran: string[] = []
  const journal = memoryJournal()
  await go(steps(ran), journal)
  const stopped = steps(ran, { two: { run: () => Promise.reject(new SealiftError('HELM_FAILED', 'no')) } })
  await expect(go(stopped, journal, { bundle: digestOf('newer bundle') })).rejects.toThrow('no')
  ran.length = 0
  await expect(go(stopped, journal)).rejects.toThrow('no')
  expect(ran).toEqual(['one'])
  await go(steps(ran), journal)
  expect(ran).toEqual(['one', 'two', 'three'])
})

test('an interruption stops between two steps and keeps what is done', async () => {
  const abort = new AbortController()
  const ran: string[] = []
  const journal = memoryJournal()
  const stopping = steps(ran, {
    one: {
      run: async () => {
        abort.abort()
        return 'ok'
      },
    },
  })
  await expect(go(stopping, journal, { signal: abort.signal })).rejects.toMatchObject({
    code: 'INTERRUPTED',
    exitCode: 130,
  })
  expect(journal.entries.map(({ step }) => step)).toEqual(['one'])
  expect(ran).toEqual([])
})
