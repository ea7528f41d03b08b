/** A carrier's folder as it is made, and as it is taken: openssl checks it, and what is in it runs by itself. */
import { execFileSync } from 'node:child_process'
import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hostNeeds } from '../../src/seal/carrier/guide.ts'
import { pages } from '../../src/seal/carrier/pages.ts'
import { testExecutable } from '../support/executable.ts'
import { sealift, sealiftJson } from '../support/road.ts'
import { sampleBundle } from '../support/sample-bundle.ts'

let dir: string
let program: string
const env = { SEALIFT_KEY_PASSPHRASE: 'not empty' }

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealift-carry-'))
  program = await testExecutable()
  await writeFile(join(dir, 'sample.tar'), sampleBundle().file)
  for (const type of ['ecdsa', 'ed25519'])
    await sealift(['keys', 'new', join(dir, type), '--type', type], { env })
})
afterAll(() => rm(dir, { recursive: true, force: true }))

/** Carries the sample; gives the folder, and its guide's first line. */
async function carried(name: string, key: string) {
  const folder = join(dir, name)
  const words = ['carry', join(dir, 'sample.tar'), '-o', folder, '--key', join(dir, `${key}.key`)]
  const made = await sealiftJson<{ files: { name: string }[]; digest: string }>(
    [...words, '--executable', program],
    { env },
  )
  expect([made.exitCode, made.stderr]).toEqual([0, expect.not.stringContaining('Error')])
  const [line = ''] = (await readFile(join(folder, 'GUIDE.txt'), 'utf8')).split('\n')
  return { folder, line, made: made.json }
}
const shell = (cwd: string, line: string, env = {}) =>
  execa('/bin/sh', ['-c', line], { cwd, reject: false, all: true, env })

describe.each([
  ['ecdsa', 'openssl dgst -sha256 -verify ecdsa.pub -signature SHA256SUMS.sig SHA256SUMS'],
  [
    'ed25519',
    'openssl pkeyutl -verify -pubin -inkey ed25519.pub -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig',
  ],
])('a folder with a key of type %s', (type, alone) => {
  test('is checked by the first line of its guide, which sees any byte that differs', async () => {
    const { folder, line } = await carried(type, type)
    expect(await shell(folder, line)).toMatchObject({ exitCode: 0, all: expect.stringMatching(/Verified/) })
    expect(await shell(folder, alone)).toMatchObject({ exitCode: 0 })
    expect(await shell(folder, 'sha256sum --strict -c SHA256SUMS')).toMatchObject({ exitCode: 0 })
    for (const name of ['sample.tar.sig', 'GUIDE.txt', `${type}.pub`]) {
      const before = await readFile(join(folder, name))
      await appendFile(join(folder, name), 'x')
      expect((await shell(folder, line)).exitCode).not.toBe(0)
      await writeFile(join(folder, name), before)
    }
    await rm(join(folder, 'sample.tar'))
    await copyFile(join(dir, 'sample.tar'), join(folder, 'sample.tar'))
    await appendFile(join(folder, 'sample.tar'), 'x')
    expect((await shell(folder, line)).exitCode).not.toBe(0)
  })
})

test('the first line needs openssl alone', async () => {
  const { folder, line } = await carried('alone', 'ecdsa')
  const bin = join(dir, 'bin')
  await mkdir(bin)
  await copyFile(execFileSync('which', ['openssl'], { encoding: 'utf8' }).trim(), join(bin, 'openssl'))
  expect(await shell(folder, line, { PATH: bin })).toMatchObject({ exitCode: 0, all: 'Verified OK' })
})

test('what is in it verifies the bundle, with an empty PATH, as its guide says', async () => {
  const { folder, made } = await carried('taken', 'ecdsa')
  const guide = await readFile(join(folder, 'GUIDE.txt'), 'utf8')
  const [verify = ''] = /\.\/sealift verify .*/.exec(guide) ?? []
  expect(guide).toContain(made.digest)
  const ended = await shell(folder, verify, { PATH: '', HOME: '/nowhere' })
  expect(ended).toMatchObject({ exitCode: 0, all: expect.stringContaining('signed') })
  expect((await stat(join(folder, 'sealift'))).mode & 0o777).toBe(0o755)
  expect(made.files.map(({ name }) => name)).toEqual([
    ...['GUIDE.txt', 'sample.tar', 'sealift', 'sample.tar.sig', 'ecdsa.pub', ...pages],
  ])
  expect(await readdir(folder)).toHaveLength(9)
})

test('what a message sends people to is in it', async () => {
  const { folder } = await carried('pages', 'ecdsa')
  await writeFile(join(folder, 'site.yaml'), 'kind: Site\n')
  const { exitCode, all = '' } = await shell(folder, './sealift status -c site.yaml')
  expect(exitCode).toBe(40)
  const [schema = ''] = /bundles\/schema\/\S+\.json/.exec(all) ?? []
  expect(JSON.parse(await readFile(join(folder, schema), 'utf8'))).toHaveProperty('properties')
})

test('the executable carries itself', async () => {
  const folder = join(dir, 'itself')
  const words = ['carry', join(dir, 'sample.tar'), '-o', folder, '--key', join(dir, 'ecdsa.key')]
  expect(await execa(program, words, { env: { ...env, PATH: '' }, extendEnv: false })).toMatchObject({
    exitCode: 0,
  })
  expect((await readFile(join(folder, 'sealift'))).equals(await readFile(program))).toBe(true)
})

test('volumes are carried as they lie, with their list', async () => {
  const { file } = sampleBundle()
  const parts = [file.subarray(0, 30_000), file.subarray(30_000)]
  for (const [i, part] of parts.entries()) await writeFile(join(dir, `cut.tar.00${i + 1}`), part)
  await shell(dir, 'sha256sum cut.tar.001 cut.tar.002 > cut.tar.sha256')
  const folder = join(dir, 'cut')
  const words = ['carry', join(dir, 'cut.tar'), '-o', folder, '--key', join(dir, 'ecdsa.key')]
  expect(await sealift([...words, '--executable', program], { env })).toMatchObject({ exitCode: 0 })
  const names = [
    'GUIDE.txt',
    'cut.tar.001',
    'cut.tar.002',
    'cut.tar.sha256',
    'sealift',
    'cut.tar.sig',
    'ecdsa.pub',
    ...pages,
  ]
  const sums = await readFile(join(folder, 'SHA256SUMS'), 'utf8')
  expect(sums.match(/(?<=\*).*/g)).toEqual(names)
  expect(await shell(folder, './sealift verify cut.tar --key ecdsa.pub')).toMatchObject({ exitCode: 0 })
})

test('the guide says what this Node asks of a host', async () => {
  const text = await readFile(process.execPath, 'latin1')
  const newest = (name: string) =>
    [...new Set([...text.matchAll(new RegExp(`\\b${name}_(\\d[\\d.]*\\d)\\0`, 'g'))].map(([, v = '']) => v))]
      .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .at(-1)
  expect(Object.fromEntries(Object.keys(hostNeeds).map(name => [name, newest(name)]))).toEqual(hostNeeds)
})
