import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { helmFrom } from '../../../../src/adapters/helm/from-program.ts'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-test-'))
  vi.stubEnv('TMPDIR', folder)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

test('a program that comes in pieces is put together, private and runnable, until it is disposed of', async () => {
  const helm = await helmFrom(
    (async function* () {
      yield Buffer.from('one ')
      yield Buffer.from('two')
    })(),
  )
  const [made = ''] = await readdir(folder)
  const program = join(folder, made, 'helm')
  expect(await readFile(program, 'utf8')).toBe('one two')
  expect((await stat(program)).mode & 0o777).toBe(0o700)
  await helm.dispose()
  expect(await readdir(folder)).toEqual([])
})

test('pieces that turn out not to be what they should are not kept, and their fault is told', async () => {
  const fault = new SealiftError('BUNDLE_DAMAGED', 'its bytes have changed')
  const pieces = async function* () {
    yield Buffer.from('one ')
    throw fault
  }
  await expect(helmFrom(pieces())).rejects.toBe(fault)
  expect(await readdir(folder)).toEqual([])
})
