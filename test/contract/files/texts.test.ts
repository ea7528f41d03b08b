/** Texts, bytes and folders: the same on this machine and in memory. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesBelow } from '../../support/files-below.ts'
import { bothFiles, freshFolder } from './setting.ts'

const at = freshFolder()

describe.each(bothFiles)('%s files', (_, make) => {
  const files = make()

  test('give back what was written, whole', async () => {
    const path = at('a.txt')
    expect(await files.exists(path)).toBe(false)
    await files.write(path, 'größer\n')
    await files.write(path, 'kleiner')
    expect(await files.exists(path)).toBe(true)
    expect(await files.readText(path)).toBe('kleiner')
    expect(await files.readBytes(path)).toEqual(Buffer.from('kleiner'))
    expect(await filesBelow(files, at())).toEqual(['a.txt'])
  })

  test('that open secrets are read where they are their owner’s alone', async () => {
    const path = at('identity.txt')
    await files.write(path, 'secret', 0o600)
    expect(Buffer.from(await files.readPrivate(path)).toString()).toBe('secret')
    for (const mode of [0o640, 0o604, 0o620]) {
      await files.write(path, 'secret', mode)
      await expect(files.readPrivate(path)).rejects.toMatchObject({
        code: 'KEY_INVALID',
        message: expect.stringContaining(`${path} is open to others on this machine`),
      })
    }
    await expect(files.readPrivate(at('nothing'))).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })

  test('that are there are written anew, and others are not', async () => {
    const path = at('a.txt')
    await expect(files.rewrite(path, 'x')).rejects.toMatchObject({ code: 'FILE_FAILED' })
    await files.write(path, 'secret', 0o600)
    await files.rewrite(path, 'another')
    expect(Buffer.from(await files.readPrivate(path)).toString()).toBe('another')
  })

  test('are taken away, and one that is not there is no fault', async () => {
    const path = at('a.txt')
    await files.write(path, 'x')
    await files.remove(path)
    await files.remove(path)
    expect(await files.exists(path)).toBe(false)
  })

  test('make the folders that they write into', async () => {
    await files.write(at('a/b/text'), 'x')
    await files.append(at('c/journal'), 'x')
    const sink = await files.createBundle(at('d/e/bundle.tar'))
    await sink.allocate(1)
    await sink.commit()
    expect(await filesBelow(files, at())).toEqual(['a/b/text', 'c/journal', 'd/e/bundle.tar'])
    expect(await files.entries(at('a'))).toEqual([{ name: 'b', kind: 'folder' }])
    expect(await files.follow(at('a/b'))).toEqual({ path: at('a/b'), kind: 'folder' })
    expect(await files.follow(at('a/b/text'))).toEqual({ path: at('a/b/text'), kind: 'file' })
    await expect(files.follow(at('a/c'))).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })

  test('read what travelled beside a bundle, up to a limit', async () => {
    const path = at('bundle.tar.sig')
    expect(await files.readBeside(path, 10)).toBeUndefined()
    await files.write(path, 'signature\n')
    expect(await files.readBeside(path, 10)).toBe('signature\n')
    await expect(files.readBeside(path, 9)).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })

  test('append lines', async () => {
    const path = at('journal')
    await files.append(path, '{"a":1}')
    await files.append(path, '{"b":2}\n')
    expect(await files.readText(path)).toBe('{"a":1}\n{"b":2}\n')
  })

  test('say whether lines can be added, and add none', async () => {
    await files.requireAppend(at('new/journal'))
    await files.append(at('text'), 'x')
    await files.requireAppend(at('text'))
    expect([await files.exists(at('new')), await files.readText(at('text'))]).toEqual([false, 'x\n'])
    const under = files.requireAppend(at('text/journal'))
    await expect(under).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })

  test('name the file that cannot be read', async () => {
    const path = at('nothing')
    for (const read of [files.readText, files.readBytes, files.openBundle]) {
      await expect(read(path)).rejects.toMatchObject({
        code: 'FILE_FAILED',
        message: expect.stringContaining(path),
      })
    }
  })

  test('refuse a text larger than 16 MiB', async () => {
    const path = at('large')
    await files.write(path, Buffer.alloc(16 * 1024 * 1024 + 1, 'x'))
    await expect(files.readText(path)).rejects.toMatchObject({ code: 'FILE_FAILED' })
    expect((await files.readBytes(path)).length).toBe(16 * 1024 * 1024 + 1)
  })

  test('make a temporary folder that can be thrown away', async () => {
    const temporary = await files.temporary('sealift-')
    await files.write(join(temporary.path, 'x'), 'x')
    await temporary.dispose()
    expect(await files.exists(join(temporary.path, 'x'))).toBe(false)
  })
})
