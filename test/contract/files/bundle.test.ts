/** A bundle as it is written: committed, discarded, or interrupted and found again. */
import { describe, expect, test } from 'vitest'
import { digestOf } from '../../../src/kernel/oci/index.ts'
import { filesBelow } from '../../support/files-below.ts'
import { digestIn } from '../../support/sink.ts'
import { bothFiles, freshFolder } from './setting.ts'

const at = freshFolder()

describe.each(bothFiles)('%s files', (_, make) => {
  const files = make()

  test('bundle files appear when they are committed, zeros where nothing was written', async () => {
    const path = at('bundle.tar')
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
    const path = at('bundle.tar')
    await files.write(path, 'older')
    const sink = await files.createBundle(path)
    await sink.allocate(10)
    await sink.discard()
    await sink.discard()
    expect(await files.readText(path)).toBe('older')
    expect(await filesBelow(files, at())).toEqual(['bundle.tar'])
  })

  test('an interrupted bundle is found again with its notes; bytes that were not written are zeros', async () => {
    const path = at('bundle.tar')
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
    expect(await filesBelow(files, at())).toEqual(['bundle.tar'])
  })

  test('a blob is written at its place and hashed, what is there already included', async () => {
    const path = at('bundle.tar')
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
    const path = at('bundle.tar')
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
    expect(await filesBelow(files, at())).toEqual([])
  })

  test('kept without a note, a bundle leaves nothing', async () => {
    const sink = await files.createBundle(at('bundle.tar'))
    await sink.allocate(4)
    await sink.keep()
    expect(await filesBelow(files, at())).toEqual([])
  })

  test('one path has one writer at a time', async () => {
    const path = at('bundle.tar')
    const first = await files.createBundle(path)
    await expect(files.createBundle(path)).rejects.toMatchObject({
      code: 'FILE_FAILED',
      message: expect.stringContaining('another sealift'),
    })
    const other = await files.createBundle(at('other.tar'))
    await other.discard()
    await first.allocate(4)
    await first.commit()
    const second = await files.createBundle(path)
    await second.discard()
    expect(await filesBelow(files, at())).toEqual(['bundle.tar'])
  })
})
