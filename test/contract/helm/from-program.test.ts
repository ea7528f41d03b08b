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

/** Does `work` while the folder is a volume in memory, mounted with these options. */
async function onVolume(options: string, work: () => Promise<void>): Promise<void> {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'sealift-test', folder])
  try {
    await work()
    expect(await readdir(folder)).toEqual([])
  } finally {
    execFileSync('umount', [folder])
  }
}

test('where no program may run it says so, with what to do, and leaves nothing', () =>
  onVolume('noexec', () =>
    expect(helmFrom(program)).rejects.toMatchObject({
      code: 'FILE_FAILED',
      message: `helm cannot be run in ${folder}: no program may, it is mounted noexec`,
      hints: [expect.stringContaining('TMPDIR=')],
    }),
  ))

test('a full volume is named, with another place, for helm and for the values that it reads', () =>
  onVolume('size=64k', async () => {
    const full = (file: string) => ({
      code: 'DISK_FULL',
      message: expect.stringMatching(new RegExp(`^no room for ${folder}/${file}$`)),
      hints: expect.arrayContaining([expect.stringContaining('TMPDIR=/var/tmp sealift')]),
    })
    await expect(helmFrom(Buffer.alloc(200_000))).rejects.toMatchObject(full('sealift-tool-[^/]+'))
    const helm = await helmFrom(program)
    const release = { release: 'app', namespace: 'apps', chart: 'app.tgz' }
    const rendering = helm.template({ ...release, values: [Buffer.alloc(200_000)] }, { kubernetes: '1.36.0' })
    await expect(rendering).rejects.toMatchObject(full('sealift-helm-[^/]+/values-0.yaml'))
    await helm.dispose()
  }))
