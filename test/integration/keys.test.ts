/** `keys new` and `sign` as a person meets them: files, modes, and where the passphrase comes from. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { watchArguments } from '../support/leaks.ts'
import { sealift } from '../support/road.ts'
import { sampleBundle } from '../support/sample-bundle.ts'

const bin = join(import.meta.dirname, '..', '..', 'dist', 'bin.js')
const passphrase = 'correct horse 4711'
const env = { SEALIFT_KEY_PASSPHRASE: passphrase }
let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealift-keys-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

test('a new key is its owner’s alone, and neither it nor its passphrase is shown', async () => {
  const { exitCode, stdout, stderr } = await sealift(['keys', 'new', join(dir, 'release')], { env })
  expect(exitCode).toBe(0)
  expect(stdout).toContain('release.key')
  expect((await stat(join(dir, 'release.key'))).mode & 0o777).toBe(0o600)
  const lines = (await readFile(join(dir, 'release.key'), 'utf8')).split('\n').slice(1, -2)
  for (const secret of [passphrase, ...lines]) expect(stdout + stderr).not.toContain(secret)
  expect((await sealift(['keys', 'new', join(dir, 'release')], { env })).exitCode).toBe(25)
})

test('an Ed25519 key comes with a word on where it does not serve, an ECDSA key with none', async () => {
  for (const type of ['ecdsa', 'ed25519']) {
    const { exitCode, stderr } = await sealift(['keys', 'new', join(dir, type), '--type', type], { env })
    expect(exitCode).toBe(0)
    expect(stderr.includes('cosign 3 refuses Ed25519')).toBe(type === 'ed25519')
  }
})

test('build asks for the key before it fetches anything', async () => {
  await sealift(['keys', 'new', join(dir, 'release')], { env })
  const args = ['build', 'bundles/sandbox', '-o', join(dir, 'out'), '--key', join(dir, 'release.key')]
  for (const wrong of [{ SEALIFT_KEY_PASSPHRASE: 'wrong' }, undefined]) {
    const { exitCode, stderr } = await sealift(args, wrong ? { env: wrong } : {})
    expect(exitCode).toBe(26)
    expect(stderr).toContain('SEALIFT_KEY_PASSPHRASE')
    expect(stderr).not.toContain('…')
  }
  expect(await readdir(dir)).not.toContain('out')
})

test('without a terminal and without the variable, says how to give a passphrase, and writes nothing', async () => {
  const { exitCode, stderr } = await sealift(['keys', 'new', join(dir, 'release')])
  expect(exitCode).toBe(26)
  expect(stderr).toContain('SEALIFT_KEY_PASSPHRASE')
  expect(
    (await sealift(['keys', 'new', join(dir, 'release')], { env: { COSIGN_PASSWORD: '' } })).exitCode,
  ).toBe(26)
  expect(await readdir(dir)).toEqual([])
})

describe('on a terminal', () => {
  /** Runs the CLI on a terminal of its own (script(1)) and types an answer to each question. */
  async function onTerminal(args: readonly string[], answers: readonly string[]) {
    const command = [process.execPath, bin, ...args].join(' ')
    const child: ChildProcess = spawn('script', ['-qfec', command, '/dev/null'], { stdio: 'pipe' })
    let shown = ''
    let asked = 0
    child.stdout?.on('data', (chunk: Buffer) => {
      shown += chunk.toString()
      const questions = shown.match(/Passphrase of [^:]+\/release\.key: |Once more: /g)?.length ?? 0
      while (asked < questions) child.stdin?.write(answers[asked++] ?? '')
    })
    const exitCode = await new Promise<number | null>(resolve => child.once('close', resolve))
    return { exitCode, shown }
  }

  test('asks twice for a new passphrase, shows it nowhere, and opens the key with it', async () => {
    const args = watchArguments()
    const made = await onTerminal(
      ['keys', 'new', join(dir, 'release')],
      [`${passphrase}\r`, `${passphrase}\r`],
    )
    expect(made.exitCode).toBe(0)
    await writeFile(join(dir, 'b.tar'), sampleBundle().file)
    const sign = ['sign', join(dir, 'b.tar'), '--key', join(dir, 'release.key')]
    const signed = await onTerminal(sign, [`${passphrase}\r`])
    expect(signed.exitCode).toBe(0)
    expect(made.shown + signed.shown).not.toContain(passphrase)
    expect([...(await args.stop())].filter(line => line.includes(passphrase))).toEqual([])
    expect((await sealift(sign, { env })).exitCode).toBe(0)
  })

  test('two that differ make no key', async () => {
    const { exitCode, shown } = await onTerminal(['keys', 'new', join(dir, 'release')], ['one\r', 'two\r'])
    expect(exitCode).toBe(26)
    expect(shown).toContain('not the same')
    expect(await readdir(dir)).toEqual([])
  })

  test.each([
    ['Ctrl-C', '\x03'],
    ['the end of the input', '\x04'],
  ])('%s ends it: exit 130', async (_, typed) => {
    const { exitCode } = await onTerminal(['keys', 'new', join(dir, 'release')], [typed])
    expect(exitCode).toBe(130)
    expect(await readdir(dir)).toEqual([])
  })
})
