/** Where a helm out of a bundle is put, and what is said where it cannot be run. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { helmFrom } from '../../../src/adapters/helm/from-program.ts'

const program = Buffer.from('#!/bin/sh\nexit 0\n')
let folder: string
const before = process.env['TMPDIR']

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-helms-'))
  process.env['TMPDIR'] = folder
})
afterEach(async () => {
  if (before === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = before
  await rm(folder, { recursive: true, force: true })
})

test('it is its owner’s alone, and gone when it is disposed of', async () => {
  const helm = await helmFrom(program)
  const [name = ''] = await readdir(folder)
  expect(
    execFileSync('stat', ['-c', '%a', join(folder, name), join(folder, name, 'helm')], { encoding: 'utf8' }),
  ).toBe('700\n700\n')
  await helm.dispose()
  expect(await readdir(folder)).toEqual([])
})

test('where no program may run it says so, with what to do, and leaves nothing', async () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'noexec', 'sealift-test', folder])
  try {
    await expect(helmFrom(program)).rejects.toMatchObject({
      code: 'FILE_FAILED',
      message: `helm cannot be run in ${folder}: no program may, it is mounted noexec`,
      hints: [expect.stringContaining('TMPDIR=')],
    })
    expect(await readdir(folder)).toEqual([])
  } finally {
    execFileSync('umount', [folder])
  }
})
