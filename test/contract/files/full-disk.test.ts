/** A volume of 2 MiB on which a bundle finds no room: said in time, and nothing of it stays. */
import { readdir, stat, writeFile } from 'node:fs/promises'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nodeFiles } from '../../../src/adapters/files/index.ts'
import { freshFolder } from './setting.ts'

const at = freshFolder()
const files = nodeFiles()

beforeEach(() => execa('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'sealift-test', at()]))
afterEach(() => execa('umount', [at()]))

test('a bundle that has no room is refused before it is begun, in bytes', async () => {
  const path = at('bundle.tar')
  const sink = await files.createBundle(path)
  await expect(sink.allocate(3_000_000)).rejects.toMatchObject({
    code: 'DISK_FULL',
    message: expect.stringMatching(new RegExp(`${path}.* 3.0 MB, 2.1 MB are free`)),
  })
  await sink.discard()
  expect(await readdir(at())).toEqual([])
})

test('what an interrupted run has written needs no room again', async () => {
  const path = at('bundle.tar')
  const sink = await files.createBundle(path)
  await sink.allocate(1_800_000)
  await sink.note('one')
  await sink.write(Buffer.alloc(1_500_000, 1), 0)
  await sink.keep()
  const again = await files.createBundle(path)
  await again.allocate(1_800_000)
  await again.commit()
  expect((await stat(path)).size).toBe(1_800_000)
})

test('a blob that finds no room on the way says so', async () => {
  const path = at('bundle.tar')
  const sink = await files.createBundle(path)
  await sink.allocate(1_500_000)
  await writeFile(at('other'), Buffer.alloc(1_500_000, 1))
  await expect(sink.blob(0).write(sink.buffer(1_500_000).fill(1))).rejects.toMatchObject({
    code: 'DISK_FULL',
    message: expect.stringContaining(path),
  })
  await sink.discard()
  expect(await readdir(at())).toEqual(['other'])
})

test('a volume that fills up on the way is named, and nothing is left', async () => {
  const path = at('bundle.tar')
  const sink = await files.createBundle(path)
  await sink.allocate(1_500_000)
  await writeFile(at('other'), Buffer.alloc(1_500_000, 1))
  await expect(sink.write(Buffer.alloc(1_500_000, 1), 0)).rejects.toMatchObject({
    code: 'DISK_FULL',
    message: expect.stringContaining(path),
  })
  await sink.discard()
  expect(await readdir(at())).toEqual(['other'])
  await expect(files.write(at('text'), Buffer.alloc(900_000, 1))).rejects.toMatchObject({
    code: 'DISK_FULL',
  })
  expect(await readdir(at())).toEqual(['other'])
})
