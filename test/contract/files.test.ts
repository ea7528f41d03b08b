/** What rooms rely on of a file system: the same for this machine's and for the one in memory. */
import { mkdtemp, open, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nodeFiles } from '../../src/adapters/files/index.ts'
import { digestOf } from '../../src/oci/index.ts'
import { memoryFiles } from '../support/memory-files.ts'
import { digestIn } from '../support/sink.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-files-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe.each([
  ['node', nodeFiles],
  ['memory', memoryFiles],
])('%s files', (_, make) => {
  test('give back what was written, whole', async () => {
    const files = make()
    const path = join(folder, 'a.txt')
    expect(await files.exists(path)).toBe(false)
    await files.write(path, 'größer\n')
    await files.write(path, 'kleiner')
    expect(await files.exists(path)).toBe(true)
    expect(await files.readText(path)).toBe('kleiner')
    expect(await files.readBytes(path)).toEqual(Buffer.from('kleiner'))
    expect(await files.list(folder)).toEqual(['a.txt'])
  })

  test('make the folders that they write into', async () => {
    const files = make()
    await files.write(join(folder, 'a/b/text'), 'x')
    await files.append(join(folder, 'c/journal'), 'x')
    const sink = await files.createBundle(join(folder, 'd/e/bundle.tar'))
    await sink.allocate(1)
    await sink.commit()
    expect(await files.list(folder)).toEqual(['a/b/text', 'c/journal', 'd/e/bundle.tar'])
  })

  test('read what travelled beside a bundle, up to a limit', async () => {
    const files = make()
    const path = join(folder, 'bundle.tar.sig')
    expect(await files.readBeside(path, 10)).toBeUndefined()
    await files.write(path, 'signature\n')
    expect(await files.readBeside(path, 10)).toBe('signature\n')
    await expect(files.readBeside(path, 9)).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })

  test('append lines', async () => {
    const files = make()
    const path = join(folder, 'journal')
    await files.append(path, '{"a":1}')
    await files.append(path, '{"b":2}\n')
    expect(await files.readText(path)).toBe('{"a":1}\n{"b":2}\n')
  })

  test('name the file that cannot be read', async () => {
    const files = make()
    const path = join(folder, 'nothing')
    for (const read of [files.readText, files.readBytes, files.openBundle]) {
      await expect(read(path)).rejects.toMatchObject({
        code: 'FILE_FAILED',
        message: expect.stringContaining(path),
      })
    }
  })

  test('refuse a text larger than 16 MiB', async () => {
    const files = make()
    const path = join(folder, 'large')
    await files.write(path, Buffer.alloc(16 * 1024 * 1024 + 1, 'x'))
    await expect(files.readText(path)).rejects.toMatchObject({ code: 'FILE_FAILED' })
    expect((await files.readBytes(path)).length).toBe(16 * 1024 * 1024 + 1)
  })

  test('make a temporary folder that can be thrown away', async () => {
    const files = make()
    const temporary = await files.temporary('sealift-')
    await files.write(join(temporary.path, 'x'), 'x')
    await temporary.dispose()
    expect(await files.exists(join(temporary.path, 'x'))).toBe(false)
  })

  test('bundle files appear when they are committed, zeros where nothing was written', async () => {
    const files = make()
    const path = join(folder, 'bundle.tar')
    const sink = await files.createBundle(path)
    await sink.allocate(3000)
    await Promise.all([sink.write(Buffer.from('end'), 2997), sink.write(Buffer.from('start'), 0)])
    expect(await files.exists(path)).toBe(false)
    await sink.commit()
    await sink.discard()
    const source = await files.openBundle(path)
    expect(source.size).toBe(3000)
    expect(Buffer.from(await source.read(0, 3000))).toEqual(
      Buffer.concat([Buffer.from('start'), Buffer.alloc(2992), Buffer.from('end')]),
    )
    expect(Buffer.from(await source.read(2997, 3)).toString()).toBe('end')
    await expect(source.read(2998, 3)).rejects.toMatchObject({ code: 'BUNDLE_DAMAGED' })
    await source.close()
  })

  test('a discarded bundle leaves nothing, and what was there before stays', async () => {
    const files = make()
    const path = join(folder, 'bundle.tar')
    await files.write(path, 'older')
    const sink = await files.createBundle(path)
    await sink.allocate(10)
    await sink.discard()
    await sink.discard()
    expect(await files.readText(path)).toBe('older')
    expect(await files.list(folder)).toEqual(['bundle.tar'])
  })

  test('an interrupted bundle is found again with its notes; bytes that were not written are zeros', async () => {
    const files = make()
    const path = join(folder, 'bundle.tar')
    const first = await files.createBundle(path)
    expect(first.notes).toEqual([])
    await first.allocate(10)
    await first.note('one')
    await first.write(Buffer.from('ab'), 2)
    await first.note('two')
    await first.keep()
    await first.discard()
    expect(await files.exists(path)).toBe(false)

    const second = await files.createBundle(path)
    expect(second.notes).toEqual(['one', 'two'])
    await second.allocate(10)
    expect(await digestIn(second, 0, 5)).toBe(digestOf('\0\0ab\0'))
    await second.write(Buffer.from('cd'), 4)
    await second.commit()
    const source = await files.openBundle(path)
    expect(Buffer.from(await source.read(2, 4)).toString()).toBe('abcd')
    await source.close()
    const third = await files.createBundle(path)
    expect(third.notes).toEqual([])
    await third.discard()
    expect(await files.list(folder)).toEqual(['bundle.tar'])
  })

  test('a blob is written at its place and hashed, what is there already included', async () => {
    const files = make()
    const path = join(folder, 'bundle.tar')
    const sink = await files.createBundle(path)
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => i % 251))
    await sink.allocate(bytes.length + 10)
    await sink.write(bytes.subarray(0, 1_500_000), 10)
    const blob = sink.blob(10)
    await blob.resume(1_500_000)
    const parts = [1_500_000, 2_000_000, 3_000_000]
    await Promise.all(
      parts.slice(0, -1).map((from, i) => {
        const part = sink.buffer((parts[i + 1] ?? 0) - from)
        bytes.copy(part, 0, from)
        return blob.write(part)
      }),
    )
    expect(`sha256:${await blob.digest()}`).toBe(digestOf(bytes))
    await sink.commit()
    const source = await files.openBundle(path)
    expect(digestOf(await source.read(10, bytes.length))).toBe(digestOf(bytes))
    await source.close()
  })

  test('begun anew, an interrupted bundle has neither bytes nor notes', async () => {
    const files = make()
    const path = join(folder, 'bundle.tar')
    const first = await files.createBundle(path)
    await first.allocate(4)
    await first.note('one')
    await first.write(Buffer.from('old!'), 0)
    await first.keep()
    const second = await files.createBundle(path)
    await second.restart()
    expect(second.notes).toEqual([])
    await second.allocate(4)
    expect(await digestIn(second, 0, 4)).toBe(digestOf(Buffer.alloc(4)))
    await second.discard()
    expect(await files.list(folder)).toEqual([])
  })

  test('kept without a note, a bundle leaves nothing', async () => {
    const files = make()
    const sink = await files.createBundle(join(folder, 'bundle.tar'))
    await sink.allocate(4)
    await sink.keep()
    expect(await files.list(folder)).toEqual([])
  })

  test('one path has one writer at a time', async () => {
    const files = make()
    const path = join(folder, 'bundle.tar')
    const first = await files.createBundle(path)
    await expect(files.createBundle(path)).rejects.toMatchObject({
      code: 'FILE_FAILED',
      message: expect.stringContaining('another sealift'),
    })
    const other = await files.createBundle(join(folder, 'other.tar'))
    await other.discard()
    await first.allocate(4)
    await first.commit()
    const second = await files.createBundle(path)
    await second.discard()
    expect(await files.list(folder)).toEqual(['bundle.tar'])
  })
})

describe('this machine only', () => {
  const files = nodeFiles()

  test('files get the mode asked for, and no temporary file stays', async () => {
    await files.write(join(folder, 'open'), 'x')
    await files.write(join(folder, 'private'), 'x', 0o600)
    expect((await stat(join(folder, 'open'))).mode & 0o777).toBe(0o644)
    expect((await stat(join(folder, 'private'))).mode & 0o777).toBe(0o600)
    expect((await readdir(folder)).sort()).toEqual(['open', 'private'])
  })

  test('links and pipes beside a bundle, or in its place, are refused at once', async () => {
    const [link, pipe] = [join(folder, 'link.sig'), join(folder, 'pipe.tar')]
    await writeFile(join(folder, 'secret'), 'secret')
    await symlink(join(folder, 'secret'), link)
    await execa('mkfifo', [pipe, `${pipe}.sha256`])
    for (const path of [link, pipe])
      await expect(files.readBeside(path, 100)).rejects.toMatchObject({ code: 'FILE_FAILED' })
    await expect(files.openBundle(pipe)).rejects.toMatchObject({ code: 'FILE_FAILED' })
    await expect(files.openBundle(`${pipe}.001`)).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })

  test('a hard link in the place of a partial file is not written through', async () => {
    const path = join(folder, 'bundle.tar')
    await writeFile(join(folder, 'victim'), 'untouched')
    await execa('ln', [join(folder, 'victim'), `${path}.partial`])
    await writeFile(`${path}.journal`, 'one\n')
    const sink = await files.createBundle(path)
    expect(sink.notes).toEqual([])
    await sink.allocate(5)
    await sink.write(Buffer.from('12345'), 0)
    await sink.commit()
    expect(await files.readText(join(folder, 'victim'))).toBe('untouched')
  })

  test('listing goes into folders and does not follow links', async () => {
    await execa('mkdir', ['-p', join(folder, 'b/c')])
    for (const name of ['b/c/2', 'b/1', 'a']) await writeFile(join(folder, name), '')
    await symlink('/etc', join(folder, 'etc'))
    await symlink('/etc/passwd', join(folder, 'b/passwd'))
    expect(await files.list(folder)).toEqual(['a', 'b/1', 'b/c/2'])
  })

  test('text that is not UTF-8, and a folder, are refused', async () => {
    await writeFile(join(folder, 'latin'), Buffer.from([0x66, 0xfc, 0x72]))
    await expect(files.readText(join(folder, 'latin'))).rejects.toMatchObject({
      message: expect.stringContaining('UTF-8'),
    })
    await expect(files.readText(folder)).rejects.toMatchObject({
      message: expect.stringContaining('it is a folder'),
    })
    await expect(files.openBundle(folder)).rejects.toMatchObject({ code: 'FILE_FAILED' })
    await expect(files.createBundle(join(folder, 'latin/x'))).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })

  test.each([
    ['without notes', undefined],
    ['with notes', 'one\n'],
  ])('a link in the place of a partial file is replaced, never followed: %s', async (_, notes) => {
    const path = join(folder, 'bundle.tar')
    await writeFile(join(folder, 'victim'), 'untouched')
    await symlink(join(folder, 'victim'), `${path}.partial`)
    if (notes !== undefined) await writeFile(`${path}.journal`, notes)
    const sink = await files.createBundle(path)
    await sink.allocate(5)
    await sink.write(Buffer.from('12345'), 0)
    await sink.commit()
    expect(await files.readText(path)).toBe('12345')
    expect(await files.readText(join(folder, 'victim'))).toBe('untouched')
  })

  test('the file is sparse until it is written', async () => {
    const sink = await files.createBundle(join(folder, 'bundle.tar'))
    await sink.allocate(50 * 1024 * 1024)
    const { size, blocks } = await stat(join(folder, 'bundle.tar.partial'))
    expect(size).toBe(50 * 1024 * 1024)
    expect(blocks * 512).toBeLessThan(1024 * 1024)
    await sink.discard()
    expect(await readdir(folder)).toEqual([])
  })

  test('a note that was cut off is no note', async () => {
    const path = join(folder, 'bundle.tar')
    await writeFile(`${path}.partial`, 'x')
    await writeFile(`${path}.journal`, 'one\ntw')
    const sink = await files.createBundle(path)
    expect(sink.notes).toEqual(['one'])
    await sink.discard()
  })

  test('room is asked for what is not there yet only', async () => {
    const free = await files.free(join(folder, 'not/there/yet.tar'))
    expect(free).toBeGreaterThan(0)
  })

  describe('on a volume of 2 MiB', () => {
    beforeEach(() => execa('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'sealift-test', folder]))
    afterEach(() => execa('umount', [folder]))

    test('a bundle that has no room is refused before it is begun, in bytes', async () => {
      const path = join(folder, 'bundle.tar')
      const sink = await files.createBundle(path)
      await expect(sink.allocate(3_000_000)).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: expect.stringMatching(new RegExp(`${path}.* 3000000 bytes, 2097152 are free`)),
      })
      await sink.discard()
      expect(await readdir(folder)).toEqual([])
    })

    test('what an interrupted run has written needs no room again', async () => {
      const path = join(folder, 'bundle.tar')
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
      const path = join(folder, 'bundle.tar')
      const sink = await files.createBundle(path)
      await sink.allocate(1_500_000)
      await writeFile(join(folder, 'other'), Buffer.alloc(1_500_000, 1))
      await expect(sink.blob(0).write(sink.buffer(1_500_000).fill(1))).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: expect.stringContaining(path),
      })
      await sink.discard()
      expect(await readdir(folder)).toEqual(['other'])
    })

    test('a volume that fills up on the way is named, and nothing is left', async () => {
      const path = join(folder, 'bundle.tar')
      const sink = await files.createBundle(path)
      await sink.allocate(1_500_000)
      const other = await open(join(folder, 'other'), 'w')
      await other.write(Buffer.alloc(1_500_000, 1))
      await other.close()
      await expect(sink.write(Buffer.alloc(1_500_000, 1), 0)).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: expect.stringContaining(path),
      })
      await sink.discard()
      expect(await readdir(folder)).toEqual(['other'])
      await expect(files.write(join(folder, 'text'), Buffer.alloc(900_000, 1))).rejects.toMatchObject({
        code: 'DISK_FULL',
      })
      expect(await readdir(folder)).toEqual(['other'])
    })
  })
})
