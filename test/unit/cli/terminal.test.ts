import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { builtText } from '../../../src/cli/built-text.ts'
import { carriedText } from '../../../src/cli/carried-text.ts'
import { exitMeanings } from '../../../src/cli/help.ts'
import {
  bytes,
  count,
  duration,
  explain,
  mebibytes,
  plainReporter,
  progressOn,
  table,
} from '../../../src/cli/index.ts'
import { printableJson } from '../../../src/cli/printable-json.ts'
import { createReporter } from '../../../src/cli/reporter.ts'
import { terminalReporter } from '../../../src/cli/spinner.ts'
import { exitCodes, printable, SealiftError } from '../../../src/kernel/errors/index.ts'
import { Secret } from '../../../src/kernel/ports/index.ts'

test('a table lines up its columns and aligns numbers to the right', () => {
  expect(
    table(
      ['name', 'Mi'],
      [
        ['a', '1'],
        ['long', '100'],
      ],
      [1],
    ),
  ).toBe('name   Mi\n────  ───\na       1\nlong  100')
})

test('a step that has nothing to add ends with its time alone', () => {
  const lines: string[] = []
  plainReporter({ write: text => lines.push(text) })
    .step('Remove release infisical')
    .done('')
  expect(lines.at(-1)).toMatch(/Remove release infisical · [\d.]+s\n$/)
})

test('the folder that travels has the checksums and their signature, too', () => {
  const of = { folder: 'out', digest: 'd', key: 'k', executables: [] }
  expect(carriedText({ ...of, files: [{ name: 'GUIDE.txt', size: 5 }] })).toContain('5 B in 3 files')
})

test('a row is a line, whatever is in it', () => {
  expect(table(['a'], [['x\n  signed by somebody']])).not.toContain('\n  signed')
})

test('sizes and times are for people', () => {
  expect([bytes(492.3076), bytes(999), bytes(276_100_000), mebibytes(671088640)]).toEqual([
    '492 B',
    '999 B',
    '276.1 MB',
    '640Mi',
  ])
  expect([duration(1234), duration(125_000), duration(179_700)]).toEqual(['1.2s', '2m 5s', '3m 0s'])
})

test('one of a thing is one', () => {
  expect([0, 1, 2].map(number => count(number, 'object'))).toEqual(['0 objects', '1 object', '2 objects'])
  expect(count(1, 'entry', 'entries') + count(2, 'entry', 'entries')).toBe('1 entry2 entries')
})

test('a bundle of one image and one chart says so', () => {
  const built = { path: 'a.tar', digest: 'd', size: 1, images: 1, charts: 1, unchanged: false, volumes: 1 }
  const absent = { layers: 1, bytes: 1000, since: 'a 1' }
  expect(
    builtText({ ...built, absent, seconds: 1 })
      .split('\n')
      .slice(3, 5),
  ).toEqual(['  holds   1 image, 1 chart', '  delta   without 1 layer (1.0 kB) that a 1 has'])
})

test('the plain reporter writes one line at the start and one at the end of a step', () => {
  const said: string[] = []
  const step = plainReporter({ write: text => said.push(text) }).step('Load images')
  step.update('too soon to be told')
  step.done('2 images')
  expect(said).toHaveLength(2)
  expect(said[0]).toBe('… Load images\n')
  expect(said[1]).toMatch(/^✔ Load images · 2 images · \d/)
})

test('steps side by side share the plain lines: each says whose it is', () => {
  const said: string[] = []
  const reporter = plainReporter({ write: text => said.push(text) })
  const [images, database] = [reporter.step('Load images'), reporter.step('Prepare database')]
  database.skip('as it is')
  images.fail('stopped')
  expect(said.map(line => line.replace(/ · \d.*/, '').trim())).toEqual([
    '… Load images',
    '… Prepare database',
    '= Prepare database · as it is',
    '✖ Load images · stopped',
  ])
})

test('steps side by side on a terminal have a line each, and leave one when they end', async () => {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 })
  let said = ''
  stream.on('data', bytes => {
    said += bytes
  })
  const writable = Object.assign(stream, {
    clearLine: () => true,
    cursorTo: () => true,
    moveCursor: () => true,
  })
  const reporter = terminalReporter(writable as unknown as NodeJS.WriteStream)
  const [images, database] = [reporter.step('Load images'), reporter.step('Prepare database')]
  images.update('1 of 2')
  database.done('made')
  images.fail('stopped')
  await new Promise(setImmediate)
  const ends = stripVTControlCharacters(said).match(/[✔✖].*/g)
  expect(ends).toEqual([
    expect.stringMatching(/^✔ Prepare database · made · /),
    expect.stringMatching(/^✖ Load images · stopped · /),
  ])
  expect(said).toContain('Load images · 1 of 2')
})

test('whatever a reporter is given cannot command the terminal', async () => {
  const said: string[] = []
  const stream = { isTTY: false, write: (text: string) => said.push(text) }
  const { step, note, warn } = await createReporter(false, stream as unknown as NodeJS.WriteStream)
  const evil = '\u001b\u202e'
  note(evil)
  warn(evil)
  step(evil).done(evil)
  step(evil).fail(evil)
  const { skip } = step(evil)
  skip(evil)
  expect(said).toHaveLength(8)
  expect(said.filter(line => [...evil].some(char => line.includes(char)))).toEqual([])
})

test('a quiet reporter warns, and says nothing else', async () => {
  const said: string[] = []
  const stream = { write: (text: string) => said.push(text) } as unknown as NodeJS.WriteStream
  const { step, note, warn } = await createReporter(true, stream)
  step('Build').done()
  note('all is well')
  warn('over the budget')
  expect(said).toEqual(['! over the budget\n'])
})

test('a terminal without a width gets plain lines', async () => {
  const said: string[] = []
  const stream = { isTTY: true, columns: 0, write: (text: string) => said.push(text) }
  const reporter = await createReporter(false, stream as unknown as NodeJS.WriteStream)
  reporter.step('Verify').done()
  expect(said.map(stripVTControlCharacters)).toEqual([
    '… Verify\n',
    expect.stringMatching(/^✔ Verify · \d\.\ds\n$/),
  ])
})

test('progress tells bytes, rate and time left', () => {
  const said: string[] = []
  let now = 1_000_000
  const report = progressOn({ update: text => said.push(text) }, () => now)
  now += 500
  report({ done: 10_000_000, total: 100_000_000 })
  now += 1500
  report({ done: 50_000_000, total: 100_000_000 })
  // In the first second nobody can tell.
  expect(said).toEqual(['10.0 MB of 100.0 MB · 20.0 MB/s', '50.0 MB of 100.0 MB · 25.0 MB/s · 2.0s left'])
})

describe('errors for people', () => {
  test('say what happened, every fault and what to do next', () => {
    const error = new SealiftError('SPEC_INVALID', 'bundle.yaml is not valid', {
      faults: ['a', 'b'],
      hints: ['mend it'],
    })
    expect(explain(error)).toBe('Error: bundle.yaml is not valid (SPEC_INVALID)\n  - a\n  - b\n  → mend it\n')
  })

  test('a fault of ours is called that, without a stack', () => {
    const text = explain(new TypeError('x is not a function'))
    expect(text).toContain('fault of Sealift itself')
    expect(text).not.toContain('    at ')
  })

  test('every code has its own exit code and a meaning', () => {
    expect(new Set(Object.values(exitCodes)).size).toBe(Object.keys(exitCodes).length)
    expect(Object.keys(exitMeanings).sort()).toEqual(Object.keys(exitCodes).sort())
  })
})

test('text from outside cannot steer the terminal', () => {
  expect(printable('ok\u001b[31mred\u202e\nnext')).toBe('ok\\u{1b}[31mred\\u{202e}\\u{a}next')
  expect(printable('x'.repeat(500))).toHaveLength(200)
})

test('neither does the message of a fault of ours, nor JSON, which reads the same all the same', () => {
  const hostile = 'a\u001b]0;b\u0007\u009b2J\u202ec\u{e0041}'
  expect(explain(new Error(hostile))).toContain('a\\u{1b}]0;b\\u{7}\\u{9b}2J\\u{202e}c\\u{e0041}')
  const text = printableJson({ hostile })
  expect(text).toMatch(/^[\n\x20-\x7e]*$/)
  expect(JSON.parse(text)).toEqual({ hostile })
})

test('a secret does not show in strings, JSON or inspection', async () => {
  const { inspect } = await import('node:util')
  const secret = new Secret('hunter2')
  expect([`${secret}`, JSON.stringify({ secret }), inspect({ secret })].join()).not.toContain('hunter2')
  expect(secret.reveal()).toBe('hunter2')
})
