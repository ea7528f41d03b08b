/** Sweeps of temporary folders where it needs root: other users' folders, and folders with something mounted in them. */
import { existsSync } from 'node:fs'
import { chown, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { ownMark } from '../../../src/adapters/owner.ts'
import { sweep } from '../../../src/adapters/temporary.ts'
import { freshFolder } from './setting.ts'

const at = freshFolder()

/** A folder of a process that is gone: of an earlier boot. */
async function leftFolder(end: string): Promise<string> {
  const mark = ((await ownMark()) ?? '').split('-').with(1, '00000000').join('-')
  const path = at(`sealift-tool-${mark}-${end}`)
  await mkdir(path)
  return path
}

test('another user’s folder stays', async () => {
  const path = await leftFolder('other1')
  await chown(path, 65534, 65534)
  await sweep(at())
  expect(existsSync(path)).toBe(true)
})

test('a folder stays while something is mounted in it, and goes afterwards', async () => {
  const path = await leftFolder('mount1')
  const inside = join(path, 'a b')
  await mkdir(inside)
  await execa('mount', ['-t', 'tmpfs', 'none', inside])
  try {
    await mkdir(join(inside, 'theirs'))
    await sweep(at())
    expect(existsSync(join(inside, 'theirs'))).toBe(true)
  } finally {
    await execa('umount', [inside])
  }
  await sweep(at())
  expect(existsSync(path)).toBe(false)
})
