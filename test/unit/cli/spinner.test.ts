import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { paints, signs } from '../../../src/cli/paint.ts'
import { createReporter } from '../../../src/cli/reporter.ts'
import { widthOf } from '../../../src/cli/width.ts'

const asked = ['NO_COLOR', 'FORCE_COLOR', 'TERM'] as const
const before = Object.fromEntries(asked.map(name => [name, process.env[name]]))
beforeEach(() => {
  for (const name of asked) delete process.env[name]
})
afterEach(() => {
  for (const name of asked) {
    delete process.env[name]
    if (before[name] !== undefined) process.env[name] = before[name]
  }
})

/** A terminal that keeps what is written to it. */
async function terminal(columns: number, isTTY = true) {
  const stream = Object.assign(new PassThrough(), {
    ...{ isTTY, columns, rows: 24 },
    ...{ clearLine: () => true, cursorTo: () => true, moveCursor: () => true },
  })
  let said = ''
  stream.setEncoding('utf8').on('data', text => {
    said += text
  })
  return {
    stream,
    said: () => said,
    reporter: await createReporter(false, stream as unknown as NodeJS.WriteStream),
  }
}

const esc = '\u001b'
/** The step's text in each turn of a spinner that had to cut it, whatever sign turns before it. */
const turns = (said: string) =>
  stripVTControlCharacters(said).match(/Install (?:(?!Install)[^\n…])*…/gu) ?? []

test('a line of a spinner is no longer than the terminal, and shrinks with it', async () => {
  const { stream, said, reporter } = await terminal(40)
  const step = reporter.step('Install infisical-standalone')
  step.update(`pod infisical-0: ${'x'.repeat(300)}`)
  stream.emit('resize')
  await new Promise(setImmediate)
  expect(new Set(turns(said()).map(widthOf))).toEqual(new Set([37]))
  stream.columns = 20
  stream.emit('resize')
  await new Promise(setImmediate)
  expect(turns(said()).at(-1)).toBe('Install infisica…')
  step.done('all pods ready')
  await new Promise(setImmediate)
  // What stays is whole.
  expect(stripVTControlCharacters(said())).toMatch(/✔ Install infisical-standalone · all pods ready · \d/)
})

test('nobody listens to a terminal’s size when nothing spins', async () => {
  const { stream, reporter } = await terminal(40)
  const resizing = () => stream.listenerCount('resize')
  const idle = resizing()
  const [one, two] = [reporter.step('one'), reporter.step('two')]
  expect(resizing()).toBe(idle + 1)
  one.done()
  expect(resizing()).toBe(idle + 1)
  two.fail()
  expect(resizing()).toBe(idle)
})

describe('colours', () => {
  test.each([
    [{ isTTY: true }, {}, true],
    [{ isTTY: true }, { NO_COLOR: '1' }, false],
    // An empty one is none (no-color.org).
    [{ isTTY: true }, { NO_COLOR: '' }, true],
    [{ isTTY: true }, { TERM: 'dumb' }, false],
    [{ isTTY: true }, { FORCE_COLOR: '0' }, false],
    [{}, {}, false],
    [{}, { FORCE_COLOR: '1' }, true],
    [{}, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('%j with %j: %s', (stream, environment, painted) => {
    expect(paints(stream, environment)).toBe(painted)
  })

  test('are none of a spinner with NO_COLOR, nor of signs', async () => {
    process.env['NO_COLOR'] = '1'
    const { stream, said, reporter } = await terminal(80)
    reporter.step('Load images').done('made')
    reporter.warn('over the budget')
    // Only the cursor is moved and hidden: no SGR sequence.
    expect(said()).not.toMatch(new RegExp(`${esc}\\[[\\d;]*m`))
    expect(signs(stream)).toEqual({ done: '✔', skip: '=', fail: '✖', warn: '!' })
  })

  test('are there on a terminal', async () => {
    const { said, reporter } = await terminal(80)
    reporter.step('Load images').done('made')
    expect(said()).toContain(`${esc}[32m✔`)
  })

  test('a file gets no control character at all', async () => {
    const { said, reporter } = await terminal(80, false)
    const step = reporter.step('Load images')
    step.update('1 of 2')
    step.done('made')
    reporter.note('a note')
    expect(said()).not.toContain(esc)
  })
})
