import { describe, expect, test } from 'vitest'
import { blockSize, entryHeader, paddedSize } from '../../../../src/kernel/archive/index.ts'
import { archive } from '../../../../src/site/backup/archive.ts'
import { entries, entriesBefore, mostOf, partSize } from '../../../../src/site/backup/format.ts'
import { dumpIn } from '../../../../src/site/backup/read.ts'
import { type Bytes, decryptedBy, encryptedTo } from '../../../../src/site/wire/index.ts'
import { newIdentity } from '../wire/escrow/escrows.ts'
import { entriesOf, gathered, pieces, tarOf } from './archives.ts'

const read = (tar: Uint8Array, size?: number) => gathered(dumpIn(pieces(tar, size), 'x.age'))
const refused = (message: string) => ({ code: 'BACKUP_INVALID', message: expect.stringContaining(message) })

/** Entries by hand, with the end of an archive behind them. */
function tar(...list: readonly { name: string; bytes: Uint8Array }[]): Buffer {
  const parts = list.flatMap(({ name, bytes }) => [
    entryHeader(name, 'file', bytes.length, 0),
    bytes,
    Buffer.alloc(paddedSize(bytes.length) - bytes.length),
  ])
  return Buffer.concat([...parts, Buffer.alloc(2 * blockSize)])
}
const some = Buffer.from('some')
const part = (n: number) => ({ name: `database/${String(n).padStart(6, '0')}`, bytes: some })

test.each([1, 511, 512, 513, partSize, partSize + 1, 2 * partSize + 5])(
  'a dump of %i bytes comes back',
  async size => {
    const dump = Buffer.alloc(size, 'dump of something')
    const whole = await tarOf(dump)
    expect(whole.length % blockSize).toBe(0)
    expect((await read(whole, 65_536)).equals(dump)).toBe(true)
  },
)

/** A dump no two places of which are alike, so that a part in the place of another would show. */
function counting(size: number): Buffer {
  const dump = Buffer.alloc(size)
  for (let at = 0; at + 4 <= size; at += 4) dump.writeUInt32LE(at, at)
  return dump
}

test.each([
  ['pieces as large as those of it', 65_536, 2 * partSize],
  ['pieces that are no part of it', 30_011, 2 * partSize + 30_000],
  ['more than a part at once', 2 * partSize + 3, 5 * partSize],
])('a dump that comes in %s is what is in its parts', async (_, size, whole) => {
  const dump = counting(whole)
  const tar = await gathered(archive(entriesOf(), pieces(dump, size), 0))
  expect((await read(tar)).equals(dump)).toBe(true)
})

test('while a part is given the next one comes, into the same buffer', async () => {
  let since = 0
  let most = 0
  const coming = async function* () {
    for await (const some of pieces(Buffer.alloc(4 * partSize), 32 * 1024)) {
      yield some
      most = Math.max(most, since)
      since = 0
    }
  }
  const buffers = new Set<ArrayBufferLike>()
  for await (const { length, buffer } of archive(entriesOf(), coming(), 0)) {
    since += length
    if (buffer.byteLength >= partSize) buffers.add(buffer)
  }
  // Two of the pieces of 64 KiB, with what is between two parts.
  expect(most).toBeLessThan(3 * 64 * 1024)
  expect(buffers.size).toBe(1)
})

test.each([true, false])('what is encrypted has every part as it was, read slowly: %s', async slowly => {
  const dump = counting(3 * partSize + 7)
  const { identity, recipient } = await newIdentity()
  const tar = archive(entriesOf(), pieces(dump, 70_000), 0)
  const reading = async function* (bytes: Bytes): Bytes {
    for await (const some of bytes) {
      if (slowly) await new Promise(setImmediate)
      yield some
    }
  }
  const plain = await decryptedBy([identity], reading(await encryptedTo([recipient], tar)), 'x.age')
  expect((await gathered(dumpIn(plain, 'x.age'))).equals(dump)).toBe(true)
})

test('an archive that a restore would refuse for its size is not written', async () => {
  const all = entriesOf().map(one =>
    one.name === entries.keys ? { ...one, bytes: Buffer.alloc(mostOf(one.name) + 1) } : one,
  )
  await expect(gathered(archive(all, pieces(some), 0))).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
    message: 'keys.json would have 1.0 MB, and a restore takes 1.0 MB of it',
  })
})

test('what is before it comes whole, in its order', async () => {
  const seen: string[] = []
  const entry = (name: string, bytes: Uint8Array) => seen.push(`${name} ${bytes.length}`)
  await gathered(dumpIn(pieces(await tarOf(some)), 'x.age', { entry }))
  expect(seen).toEqual(entriesOf().map(({ name, bytes }) => `${name} ${bytes.length}`))
})

test('cut anywhere it is refused: at every block, and beside it', async () => {
  const whole = await tarOf(Buffer.alloc(1500, 'x'))
  for (let at = 0; at < whole.length; at += blockSize)
    for (const length of [at, at + 1, at + blockSize - 1])
      await expect(read(whole.subarray(0, length)), `${length} bytes`).rejects.toMatchObject({
        code: 'BACKUP_INVALID',
      })
})

test('a changed byte is found, whichever it is', async () => {
  const whole = await tarOf(Buffer.alloc(600, 'x'))
  for (let at = 0; at < whole.length; at += 37) {
    const changed = Buffer.from(whole)
    changed[at] = (changed[at] ?? 0) ^ 1
    await expect(read(changed), `byte ${at}`).rejects.toMatchObject({ code: 'BACKUP_INVALID' })
  }
})

describe('what Sealift does not write is refused', () => {
  test.each([
    [
      'a part is missing',
      tar(...entriesOf(), part(1), part(3)),
      'database/000003 is where database/000002 should be',
    ],
    [
      'parts in another order',
      tar(...entriesOf(), part(2), part(1)),
      'database/000002 is where database/000001 should be',
    ],
    [
      'an entry is missing',
      tar(...entriesOf().slice(1), part(1)),
      `${entriesBefore[1]} is where ${entries.description}`,
    ],
    [
      'an entry twice',
      tar(...entriesOf(), part(1), part(1)),
      'database/000001 is where database/000002 should be',
    ],
    [
      'no dump',
      tar(...entriesOf(), { name: entries.sums, bytes: some }),
      `${entries.sums} is where database/000001`,
    ],
    [
      'sums of others',
      tar(...entriesOf(), part(1), { name: entries.sums, bytes: some }),
      'its sums are those of other entries',
    ],
    [
      'a name that leads out',
      tar(...entriesOf(), { name: '../../etc/x', bytes: some }),
      '../../etc/x is where',
    ],
    ['an absolute name', tar(...entriesOf(), { name: '/etc/x', bytes: some }), '/etc/x is where'],
    [
      'nothing in an entry',
      tar({ name: entries.description, bytes: Buffer.alloc(0) }),
      'backup.json has 0 bytes',
    ],
    ['no entry at all', Buffer.alloc(2 * blockSize), 'entry 1 is no file'],
    [
      'a folder',
      Buffer.concat([entryHeader('database/', 'folder', 0, 0), Buffer.alloc(1024)]),
      'entry 1 is no file',
    ],
    ['no tar', Buffer.alloc(4096, 'x'), 'is no whole backup'],
  ])('%s', async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toMatchObject(refused(message))
  })

  test('a part larger than they are, before it is read', async () => {
    const huge = entryHeader('database/000001', 'file', partSize + 1, 0)
    const bytes = Buffer.concat([tar(...entriesOf()).subarray(0, -2 * blockSize), huge])
    await expect(read(bytes)).rejects.toMatchObject(refused(`database/000001 has ${partSize + 1} bytes`))
  })

  test.each([
    [entries.description, 0],
    [entries.keys, 1],
    [entries.helm, 3],
  ])('more of %s than is taken, before it is read', async (name, place) => {
    const huge = entryHeader(name, 'file', mostOf(name) + 1, 0)
    const bytes = Buffer.concat([tar(...entriesOf().slice(0, place)).subarray(0, -2 * blockSize), huge])
    await expect(read(bytes)).rejects.toMatchObject(refused(`${name} has ${mostOf(name) + 1} bytes`))
  })

  test('something after its end, and in its padding', async () => {
    const whole = await tarOf(some)
    await expect(read(Buffer.concat([whole, Buffer.alloc(512)]))).rejects.toMatchObject(
      refused('follows its end'),
    )
    await expect(read(Buffer.concat([whole, some]))).rejects.toMatchObject(refused('follows its end'))
  })
})
