/** Temporary folders: what killed processes have left goes, and nothing else. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isGone, ownMark } from '../../../src/adapters/owner.ts'
import { markOf, sweep, temporaryFolder } from '../../../src/adapters/temporary.ts'
import { makerOf } from '../../support/temporary.ts'

let among: string
beforeEach(async () => {
  among = await mkdtemp(join(tmpdir(), 'sealift-temporary-'))
})
afterEach(() => rm(among, { recursive: true, force: true }))

/** This process's mark with one of its parts replaced: host, boot, namespace, id, start. */
async function markWith(part: number, value: string): Promise<string> {
  return ((await ownMark()) ?? '').split('-').with(part, value).join('-')
}

test('a killed process’s folder goes when the next one makes its first; a living one’s stays', async () => {
  const killed = await makerOf('sealift-tool-', among)
  const living = await makerOf('sealift-helm-', among)
  await killed.kill()
  expect(existsSync(killed.path)).toBe(true)
  const next = await makerOf('sealift-tool-', among)
  expect(existsSync(killed.path)).toBe(false)
  expect(existsSync(join(living.path, 'file'))).toBe(true)
  await Promise.all([living.kill(), next.kill()])
  await sweep(among)
  expect(await readdir(among)).toEqual([])
})

test('a folder is private, bears its process’s mark, and goes when it is thrown away', async () => {
  const { path, dispose } = await temporaryFolder('sealift-lock-')
  expect((await stat(path)).mode & 0o777).toBe(0o700)
  expect(markOf(path, 'sealift-lock-')).toBe(await ownMark())
  expect(markOf(path, 'sealift-')).toBeUndefined()
  await writeFile(join(path, 'x'), 'x')
  await dispose()
  expect(existsSync(path)).toBe(false)
})

test.each([
  ['is missing', 'there is no such file or folder'],
  ['is a file', 'a part of the path is no folder'],
])('a TMPDIR that %s is named, with what to do', async (what, why) => {
  const folder = join(among, 'named')
  if (what === 'is a file') await writeFile(folder, 'x')
  vi.stubEnv('TMPDIR', folder)
  try {
    await expect(temporaryFolder('sealift-tool-')).rejects.toMatchObject({
      code: 'FILE_FAILED',
      message: `cannot make a temporary folder in ${folder}: ${why}`,
      hints: expect.arrayContaining([expect.stringContaining('TMPDIR=/var/tmp sealift')]),
    })
  } finally {
    vi.unstubAllEnvs()
  }
})

test.each([
  ['host', 0, '00000000', false],
  ['boot', 1, '00000000', true],
  ['namespace of ids', 2, '1', false],
  ['id', 3, '4194305', true], // more than Linux gives
  ['start, so that its id was given again,', 4, '1', true],
])('a process of another %s: what is known of it', async (_, part, value, gone) => {
  const mark = await markWith(part, value)
  expect(await isGone(mark)).toBe(gone)
  const path = join(among, `sealift-tool-${mark}-abc123`)
  await mkdir(path)
  await sweep(among)
  expect(existsSync(path)).toBe(!gone)
})

test('this process is not gone, nor is one that nobody can read', async () => {
  expect(await isGone((await ownMark()) ?? '')).toBe(false)
  expect(await isGone('no mark')).toBe(false)
})

test('what only looks like a folder of Sealift’s stays', async () => {
  const gone = await markWith(1, '00000000')
  const target = join(among, 'target')
  await mkdir(target)
  await writeFile(join(target, 'file'), 'x')
  await symlink(target, join(among, `sealift-tool-${gone}-link12`))
  await writeFile(join(among, `sealift-tool-${gone}-file12`), 'x')
  for (const name of [`other-tool-${gone}-abc123`, `sealift-tool-${gone}`, 'sealift-tool-abc123', gone])
    await mkdir(join(among, name))
  const before = await readdir(among)
  await sweep(among)
  expect(await readdir(among)).toEqual(before)
  expect(existsSync(join(target, 'file'))).toBe(true)
})

test('a folder that images are mounted on is never emptied', async () => {
  const gone = await markWith(1, '00000000')
  const [full, empty] = ['full12', 'empty1'].map(end => join(among, `sealift-unpack-${gone}-${end}`))
  await mkdir(join(full ?? '', 'of-the-image'), { recursive: true })
  await mkdir(empty ?? '')
  await sweep(among)
  expect(existsSync(join(full ?? '', 'of-the-image'))).toBe(true)
  expect(existsSync(empty ?? '')).toBe(false)
})
