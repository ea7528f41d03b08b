/** Sealift at a real terminal: what is typed, how wide it is, which colours there are. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { widthOf } from '../../src/cli/width.ts'
import { atTerminal } from '../support/pty.ts'
import { sealift } from '../support/road.ts'
import { sampleBundle } from '../support/sample-bundle.ts'
import { smallSite } from '../unit/site/wire/sites.ts'

let dir = ''
const file = (name: string) => join(dir, name)
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealift-terminal-'))
  await writeFile(file('site.yaml'), smallSite)
  await writeFile(file('a.tar'), sampleBundle().file)
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const esc = '\u001b'
const remove = () => ['remove', file('none.tar'), '-c', file('site.yaml'), '--purge']

describe('what may be lost', () => {
  test('goes on once the site’s name is typed: then the bundle is looked for', async () => {
    const { exitCode, seen } = await atTerminal(remove(), { typed: 'bank-prod\n' })
    expect(seen).toContain('To delete from bank-prod:\n  - would go: the releases')
    expect(seen).toContain('Type bank-prod if you mean it: ')
    expect([exitCode, seen]).toEqual([25, expect.stringContaining('none.tar')])
  })

  test.each(['bank\n', 'yes\n', '\n'])('stays when %j is typed', async typed => {
    const { exitCode, seen } = await atTerminal(remove(), { typed })
    expect(exitCode).toBe(2)
    expect(seen).toContain('nothing was changed: to delete from bank-prod was not confirmed (USAGE)')
  })

  test('stays at Ctrl-C, which is an interruption with its own exit code', async () => {
    const { exitCode, seen } = await atTerminal(remove(), { typed: '\u0003' })
    expect([exitCode, seen]).toEqual([130, expect.stringContaining('(INTERRUPTED)')])
    expect(seen.replaceAll('\n', '')).toContain(`to go on: sealift remove ${file('none.tar')} -c`)
  })

  test('is not asked about with --yes, nor where nobody is there', async () => {
    const { seen } = await atTerminal([...remove(), '--yes'])
    expect(seen).not.toContain('Type bank-prod')
    const { exitCode, stderr } = await sealift(remove())
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('where nobody can type, say --yes')])
  })
})

describe('tables', () => {
  /** Lines of tables; sentences around them are the terminal's to break. */
  const rows = (seen: string) =>
    stripVTControlCharacters(seen)
      .split('\n\n')
      .slice(1)
      .flatMap(part => (part.startsWith('declared') ? [] : part.split('\n')))

  test.each([60, 40, 30])('keep to %d columns', async columns => {
    const { exitCode, seen } = await atTerminal(['inspect', file('a.tar')], { columns })
    expect(exitCode).toBe(0)
    expect(rows(seen).length).toBeGreaterThan(4)
    expect(rows(seen).filter(line => widthOf(line) > columns)).toEqual([])
  })

  test('are a line a row in a pipe, however wide', async () => {
    const { stdout } = await sealift(['inspect', file('a.tar')])
    expect(stdout).toMatch(/sha256:[0-9a-f]{64}/)
    expect(stdout).not.toContain(esc)
  })
})

describe('colours', () => {
  const verify = () => ['verify', file('a.tar')]

  test('are there, and are not with NO_COLOR', async () => {
    expect((await atTerminal(verify())).seen).toContain(`${esc}[32m✔`)
    const { exitCode, seen } = await atTerminal(verify(), { env: { NO_COLOR: '1' } })
    expect([exitCode, seen]).toEqual([0, expect.stringContaining('✔')])
    expect(seen).not.toMatch(new RegExp(`${esc}\\[[\\d;]*m`))
  })

  test('a dumb terminal gets plain lines', async () => {
    const { seen } = await atTerminal(verify(), { env: { TERM: 'dumb' } })
    expect(seen).toContain('✔')
    expect(seen).not.toContain(esc)
  })

  test('a pipe gets none, but with FORCE_COLOR', async () => {
    expect((await sealift(verify())).stderr).not.toContain(esc)
    expect((await sealift(verify(), { env: { FORCE_COLOR: '1' } })).stderr).toContain(`${esc}[32m✔`)
  })
})
