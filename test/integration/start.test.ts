/** What a verb begins with: nothing of Node that it does not use. Each module not loaded is a millisecond of every call. */
import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sampleBundle } from '../support/sample-bundle.ts'

const bin = join(import.meta.dirname, '../../dist/bin.js')
/** Modules that a program may ask Node for; `internal/…` come with them. */
const heavy = ['child_process', 'crypto', 'http', 'https', 'readline', 'tls', 'v8', 'worker_threads', 'zlib']

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealift-start-'))
  await writeFile(join(dir, 'bundle.tar'), sampleBundle().file)
  const noting = `process.on('exit', () => require('node:fs').writeFileSync(process.env.NOTED, process.moduleLoadList.join('\\n')))`
  await writeFile(join(dir, 'noting.cjs'), noting)
})
afterAll(() => rm(dir, { recursive: true, force: true }))

/** The heavy modules that a call of Sealift has loaded. */
async function loadedBy(...words: string[]): Promise<string[]> {
  const noted = join(dir, 'noted')
  const env = { NOTED: noted, NODE_OPTIONS: `--require ${join(dir, 'noting.cjs')}` }
  const { exitCode } = await execa(process.execPath, [bin, ...words], { cwd: dir, env, reject: false })
  expect(exitCode).toBe(0)
  const list = (await readFile(noted, 'utf8')).split('\n')
  return heavy.filter(name => list.includes(`NativeModule ${name}`))
}

test.each([
  ['--version', []],
  ['--help', []],
  ['inspect bundle.tar', ['crypto']],
])('%s loads of Node’s larger modules only what it needs', async (words, needed) => {
  expect(await loadedBy(...words.split(' '))).toEqual(needed)
})

test('a verb that waits for what never comes has not gone well', async () => {
  await writeFile(join(dir, 'never.cjs'), `require('node:fs/promises').open = () => new Promise(() => {})`)
  const env = { NODE_OPTIONS: `--require ${join(dir, 'never.cjs')}` }
  const ended = await execa(process.execPath, [bin, 'inspect', 'bundle.tar'], {
    cwd: dir,
    env,
    reject: false,
  })
  expect([ended.exitCode, ended.stdout]).toEqual([1, ''])
  expect(ended.stderr).toMatch(/^Error: nothing is left to wait for.*\n.*please report it\.$/)
})

test('every file of the program is strict, as the modules that it was written as', async () => {
  const files = globSync('**/*.cjs', { cwd: dirname(bin) })
  expect(files.length).toBeGreaterThan(50)
  for (const file of files)
    expect(await readFile(join(dirname(bin), file), 'utf8')).toMatch(/^(#!.*\n)?['"]use strict['"];/)
})

test('what is kept of the program goes by the very bytes of its files', async () => {
  await execa(process.execPath, [bin, '--version'])
  const hash = createHash('sha256')
  const names = globSync('**/*.{cjs,txt}', { cwd: dirname(bin) })
  for (const name of names.toSorted()) hash.update(await readFile(join(dirname(bin), name)))
  const name = `${hash.digest('hex').slice(0, 16)}-${process.versions.v8}-${process.arch}`
  expect(globSync('compiled/*', { cwd: dirname(bin) })).toContain(join('compiled', name))
})
