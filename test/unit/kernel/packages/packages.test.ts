import { gzipSync, zstdCompressSync } from 'node:zlib'
import { execa } from 'execa'
import { Header } from 'tar'
import { describe, expect, test } from 'vitest'
import { readPackage, writePackage } from '../../../../src/kernel/packages/index.ts'

const all = () => true
const files = [
  { path: 'one/values.yaml', bytes: Buffer.alloc(200_000, 'v') },
  { path: 'one/Chart.yaml', bytes: Buffer.from('name: one\n') },
  { path: `one/${'deep/'.repeat(30)}${'x'.repeat(120)}`, bytes: Buffer.from('long name') },
]

describe('packing', () => {
  test('gives the same bytes whatever the order', () => {
    expect(writePackage(files)).toEqual(writePackage([...files].reverse()))
  })

  test('is read by tar and gzip', async () => {
    const input = writePackage(files)
    const { stdout } = await execa('tar', ['--list', '--verbose', '--gzip', '--utc', '--file', '-'], {
      input,
    })
    const lines = stdout.split('\n')
    expect(lines).toHaveLength(3)
    for (const line of lines) expect(line).toMatch(/^-rw-r--r-- 0\/0 .* 1970-01-01 00:00 one\//)
  })

  test('is read back', async () => {
    const read = await readPackage(writePackage(files), all)
    expect(Object.fromEntries(read)).toEqual(
      Object.fromEntries(files.map(({ path, bytes }) => [path, bytes])),
    )
  })
})

describe('hostile packages', () => {
  function tar(entries: readonly { path: string; type?: 'File' | 'SymbolicLink'; size?: number }[]): Buffer {
    const blocks = entries.flatMap(({ path, type = 'File', size = 0 }) => {
      const block = Buffer.alloc(512)
      new Header({
        path,
        type,
        size,
        mode: 0o644,
        mtime: new Date(0),
        ...(type === 'File' ? {} : { linkpath: '/etc/passwd' }),
      }).encode(block)
      return [block, Buffer.alloc(Math.ceil(size / 512) * 512)]
    })
    return Buffer.concat([...blocks, Buffer.alloc(1024)])
  }

  test('links and names that leave the package are passed over', async () => {
    const packed = gzipSync(
      tar([
        { path: 'one/link', type: 'SymbolicLink' },
        { path: '../out' },
        { path: '/abs' },
        { path: 'one/ok' },
      ]),
    )
    expect([...(await readPackage(packed, all)).keys()]).toEqual(['one/ok'])
  })

  test('more bytes or entries than allowed end the reading', async () => {
    const bomb = gzipSync(tar([{ path: 'one/zeros', size: 50_000_000 }]))
    expect(bomb.length).toBeLessThan(100_000)
    await expect(readPackage(bomb, all, { entries: 10, bytes: 1_000_000 })).rejects.toThrow(
      'more than 1.0 MB',
    )
    const many = gzipSync(tar(Array.from({ length: 20 }, (_, i) => ({ path: `one/${i}` }))))
    await expect(readPackage(many, all, { entries: 10, bytes: 1_000_000 })).rejects.toThrow(
      'more than 10 entries',
    )
  })

  test('a bomb within a package is not unpacked', async () => {
    const bomb = gzipSync(gzipSync(tar([{ path: 'one/zeros', size: 50_000_000 }])))
    await expect(readPackage(bomb, all, { entries: 10, bytes: 1_000_000 })).rejects.toThrow(
      'max decompression ratio exceeded',
    )
    const other = gzipSync(zstdCompressSync(tar([{ path: 'one/zeros', size: 50_000_000 }])))
    await expect(readPackage(other, all)).rejects.toThrow('max decompression ratio exceeded')
  })

  test('headers that only describe the next one count as entries', async () => {
    const meta = Buffer.alloc(1024)
    new Header({ path: 'x', type: 'ExtendedHeader', size: 20, mode: 0o644, mtime: new Date(0) }).encode(meta)
    const packed = gzipSync(Buffer.concat(Array(50).fill(meta)))
    await expect(readPackage(packed, all, { entries: 10, bytes: 1_000_000 })).rejects.toThrow(
      'more than 10 entries',
    )
  })

  test('what follows the end is read over, however much it is', async () => {
    const packed = gzipSync(Buffer.concat([tar([{ path: 'one/ok' }]), Buffer.alloc(100_000_000, 'x')]))
    expect([...(await readPackage(packed, all)).keys()]).toEqual(['one/ok'])
  })

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['no gzip', Buffer.from('plain text')],
    ['gzip of no tar', gzipSync(Buffer.alloc(2048, 'x'))],
    ['cut short', writePackage(files).subarray(0, 900)],
  ])('%s', async (_, packed) => {
    await expect(readPackage(packed, all)).rejects.toMatchObject({ code: 'CONTENT_MISMATCH' })
  })
})
