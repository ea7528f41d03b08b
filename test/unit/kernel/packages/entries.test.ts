import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { execa } from 'execa'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type ArchiveEntry, entriesOf } from '../../../../src/kernel/packages/index.ts'
import { tarOf } from '../../../support/sample-blobs.ts'

const limits = { entries: 1000, bytes: 1e6 }

async function* piece(bytes: Uint8Array) {
  yield bytes
}

async function entriesIn(bytes: Uint8Array, within = limits): Promise<ArchiveEntry[]> {
  const found: ArchiveEntry[] = []
  for await (const entry of entriesOf(piece(bytes), within)) found.push(entry)
  return found
}

describe('entriesOf', () => {
  test.each([['pax'], ['gnu'], ['ustar']])('names what GNU tar packs, as %s', async format => {
    const folder = mkdtempSync(join(tmpdir(), 'sealift-entries-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const deep =
      format === 'ustar' ? `in/${'deep/'.repeat(15)}file` : `in/${'deep/'.repeat(30)}${'x'.repeat(120)}`
    for (const path of ['in/plain', deep]) {
      mkdirSync(join(folder, dirname(path)), { recursive: true })
      writeFileSync(join(folder, path), 'x'.repeat(2000))
    }
    symlinkSync('plain', join(folder, 'in/link'))
    const words = ['--create', '--file=-', `--format=${format}`, '-C', folder, './in']
    const { stdout } = await execa('tar', words, { encoding: 'buffer', stripFinalNewline: false })
    const found = await entriesIn(stdout)
    const files = found.filter(entry => !entry.folder).map(({ path }) => path)
    expect(files.sort()).toEqual([deep, 'in/link', 'in/plain'].sort())
    expect(found.filter(entry => entry.folder).map(({ path }) => path)).toContain('in/deep')
  })

  test.each([
    ['./a/b', 'a/b'],
    ['.//./a', 'a'],
    ['a//b', 'a//b'],
    ['a/b//', 'a/b'],
    ['./', ''],
  ])('%s is named %s', async (path, named) => {
    expect((await entriesIn(tarOf({ [path]: '' }))).map(entry => entry.path)).toEqual([named])
  })

  test.each([
    ['more entries', tarOf({ a: '', b: '' }), { entries: 1, bytes: 1e6 }, 'it has more than 1 entries'],
    ['more bytes', gzipSync(Buffer.alloc(2e6)), limits, 'it unpacks to more than 1.0 MB'],
  ])('stops at %s than the limits', async (_, bytes, within, why) => {
    await expect(entriesIn(bytes, within)).rejects.toMatchObject({
      code: 'CONTENT_MISMATCH',
      message: `not a readable layer: ${why}`,
    })
  })

  test.each([
    ['nothing', Buffer.of()],
    ['text', Buffer.alloc(1024, 'text')],
    ['a gzip that ends early', gzipSync(tarOf({ a: 'x'.repeat(5000) })).subarray(0, 30)],
    ['an archive packed twice', gzipSync(gzipSync(tarOf({ a: 'x'.repeat(5000) })))],
  ])('refuses %s', async (_, bytes) => {
    await expect(entriesIn(bytes)).rejects.toMatchObject({ code: 'CONTENT_MISMATCH' })
  })
})
