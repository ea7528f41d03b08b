/** What Carrying does, on this machine's file system as in memory. */
import { appendFileSync } from 'node:fs'
import { chmod, link, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { createCarrying } from '../../../src/adapters/carrying.ts'
import { nodeFiles } from '../../../src/adapters/files/index.ts'
import { digestOf } from '../../../src/kernel/oci/index.ts'
import { elfHead, memoryCarrying } from '../../support/memory-carrying.ts'
import { memoryFiles } from '../../support/memory-files.ts'
import { freshFolder } from '../files/setting.ts'

const at = freshFolder()
const { signal } = new AbortController()

describe.each([
  ['node', () => ({ files: nodeFiles(), carrying: createCarrying() })],
  [
    'memory',
    () => {
      const files = memoryFiles()
      return { files, carrying: memoryCarrying(files) }
    },
  ],
])('%s', (_, make) => {
  test('puts a file into a folder, tells its digest and size, and leaves it where it was', async () => {
    const { files, carrying } = make()
    const bytes = Buffer.alloc(3_000_001, 'abc')
    await files.write(at('a.tar'), bytes)
    let read = 0
    const placed = await carrying.place(at('a.tar'), at('deep/er/b.tar'), {
      signal,
      onRead: n => (read += n),
    })
    expect(placed).toEqual({ digest: digestOf(bytes), size: bytes.length })
    expect(read).toBe(bytes.length)
    for (const name of ['a.tar', 'deep/er/b.tar']) expect(await files.readBytes(at(name))).toEqual(bytes)
  })

  test('takes the place of what has that name, and of itself', async () => {
    const { files, carrying } = make()
    await files.write(at('a'), 'new')
    await files.write(at('b'), 'old, and longer')
    await carrying.place(at('a'), at('b'), { signal })
    await carrying.place(at('a'), at('b'), { signal })
    await carrying.place(at('b'), at('b'), { signal })
    expect(await files.readText(at('b'))).toBe('new')
    expect((await files.entries(at())).map(({ name }) => name)).toEqual(['a', 'b'])
  })

  test('says what is not there, and leaves nothing when it is stopped', async () => {
    const { files, carrying } = make()
    await expect(carrying.place(at('none'), at('b'), { signal })).rejects.toMatchObject({
      code: 'FILE_FAILED',
    })
    await files.write(at('a'), 'text')
    const stopped = AbortSignal.abort()
    await expect(carrying.place(at('a'), at('b'), { signal: stopped })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    })
    expect((await files.entries(at())).map(({ name }) => name)).toEqual(['a'])
  })

  test('knows executables for Linux on amd64 and arm64 by their heads', async () => {
    const { files, carrying } = make()
    for (const platform of ['linux/amd64', 'linux/arm64'] as const) {
      await files.write(at('program'), elfHead(platform))
      expect(await carrying.platformOf(at('program'))).toBe(platform)
    }
    const other = elfHead('linux/amd64')
    other.writeUInt16LE(40, 18)
    for (const bytes of [other, '#!/bin/sh\n', '', '\x7fELF'])
      expect([await files.write(at('program'), bytes), await carrying.platformOf(at('program'))]).toEqual([
        undefined,
        undefined,
      ])
    await expect(carrying.platformOf(at('none'))).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })
})

describe('on a file system', () => {
  const carrying = createCarrying()

  test('a second name costs no bytes; the mode that a program needs is made on a copy', async () => {
    await writeFile(at('a'), 'text')
    await carrying.place(at('a'), at('b'), { signal })
    expect((await stat(at('b'))).ino).toBe((await stat(at('a'))).ino)
    await carrying.place(at('a'), at('run'), { signal, mode: 0o755 })
    expect((await stat(at('run'))).mode & 0o777).toBe(0o755)
    expect((await stat(at('a'))).mode & 0o777).toBe(0o644)
    await chmod(at('run'), 0o755)
    await carrying.place(at('run'), at('again'), { signal, mode: 0o755 })
    expect((await stat(at('again'))).ino).toBe((await stat(at('run'))).ino)
  })

  test('a link is followed, and what is no file is not waited for', async () => {
    await writeFile(at('a'), 'text')
    await symlink('a', at('link'))
    await carrying.place(at('link'), at('b'), { signal })
    expect(await readFile(at('b'), 'utf8')).toBe('text')
    await execa('mkfifo', [at('pipe')])
    await mkdir(at('folder'))
    for (const name of ['pipe', 'folder'])
      await expect(carrying.place(at(name), at('c'), { signal })).rejects.toMatchObject({
        code: 'FILE_FAILED',
        message: expect.stringContaining('no regular file'),
      })
  })

  test('what is written to while it is carried gets no name there', async () => {
    for (const how of [{}, { mode: 0o755 }]) {
      await writeFile(at('a'), 'text')
      let written = false
      const onRead = () => {
        if (!written) appendFileSync(at('a'), 'more')
        written = true
      }
      await expect(carrying.place(at('a'), at('b'), { signal, onRead, ...how })).rejects.toMatchObject({
        code: 'FILE_FAILED',
        message: `${at('a')} was replaced or written to while it was carried`,
      })
    }
    expect(await readdir(at())).toEqual(['a'])
  })

  test('elsewhere it is copied, under its name when it is whole', async () => {
    const shm = '/dev/shm'
    await writeFile(at('a'), 'text')
    const there = join(shm, `sealift-carrying-${process.pid}`)
    await expect(link(at('a'), there)).rejects.toThrow('EXDEV')
    try {
      await carrying.place(at('a'), join(there, 'a'), { signal })
      expect(await readFile(join(there, 'a'), 'utf8')).toBe('text')
      expect(await readdir(there)).toEqual(['a'])
    } finally {
      await rm(there, { recursive: true, force: true })
    }
  })

  test('a volume without room is told of by what was to be on it, and by its size', async () => {
    await writeFile(at('a'), Buffer.alloc(3_000_000, 1))
    await mkdir(at('full'))
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'sealift-test', at('full')])
    try {
      await expect(carrying.place(at('a'), at('full/b'), { signal })).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: `no room for ${at('full/b')}: it needs 3.0 MB`,
      })
      expect(await readdir(at('full'))).toEqual([])
    } finally {
      await execa('umount', [at('full')])
    }
  })

  test('Sealift’s own executables are looked for where a checkout makes them', async () => {
    const found = await carrying.executable('linux/amd64')
    expect(found === undefined || dirname(found).endsWith('dist/executable')).toBe(true)
    expect(await carrying.executable('linux/s390x')).toBeUndefined()
  })
})
