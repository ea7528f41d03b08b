import { expect, test } from 'vitest'
import { withArchive } from '../../../../src/site/backup/open.ts'
import { encryptedTo } from '../../../../src/site/wire/index.ts'
import { memoryFiles } from '../../../support/memory-files.ts'
import { newIdentity } from '../wire/escrow/escrows.ts'
import { about, gathered, pieces, sealedArchive } from './archives.ts'

const dump = Buffer.alloc(200_000, 'a dump')

/** Opens a file of these bytes, and gives the dump in it. */
async function open(bytes: Uint8Array, identity: Awaited<ReturnType<typeof newIdentity>>['identity']) {
  const files = memoryFiles()
  await files.write('x.age', bytes)
  let worked = false
  const work = withArchive(
    { path: 'x.age', identities: [identity] },
    { files },
    () => {},
    async archive => {
      worked = true
      return { about: archive.about, keys: archive.escrow.keys, dump: await gathered(archive.dump()) }
    },
  )
  return work.catch(error => {
    expect(worked).toBe(false)
    throw error
  })
}

test('an archive opens with its identity, and its dump can be had', async () => {
  const { bytes, identity } = await sealedArchive(dump)
  const opened = await open(bytes, identity)
  expect(opened.about).toEqual(about)
  expect(opened.dump.equals(dump)).toBe(true)
})

test('another identity opens nothing', async () => {
  const { bytes } = await sealedArchive(dump)
  const { identity } = await newIdentity()
  await expect(open(bytes, identity)).rejects.toMatchObject({ code: 'KEY_INVALID' })
})

/** The same with another bit at a place. */
const flipped = (bytes: Buffer, at: number) => bytes.with(at, (bytes[at] ?? 0) ^ 1)

const chunk = 64 * 1024 + 16
test.each([
  ['one bit of its last byte', (bytes: Buffer) => flipped(bytes, bytes.length - 1)],
  ['one bit of its head', (bytes: Buffer) => flipped(bytes, bytes.indexOf('\n--- ') + 9)],
  ['its last byte is missing', (bytes: Buffer) => bytes.subarray(0, -1)],
  [
    'cut at the end of a chunk',
    (bytes: Buffer) => bytes.subarray(0, bytes.length - ((bytes.length - 200) % chunk)),
  ],
  ['half of it', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['something behind it', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')])],
  ['its head alone', (bytes: Buffer) => bytes.subarray(0, 100)],
  ['nothing', () => Buffer.alloc(0)],
  ['no age file', () => Buffer.alloc(300_000, 'x')],
  ['a head without an end', () => Buffer.from(`age-encryption.org/v1\n${'-> X25519 a\nb\n'.repeat(30_000)}`)],
])('nothing is done with a file of which this is so: %s', async (_, change) => {
  const { bytes, identity } = await sealedArchive(dump)
  await expect(open(change(bytes), identity)).rejects.toMatchObject({ code: 'BACKUP_INVALID' })
})

test('what somebody else has encrypted is no backup', async () => {
  const { identity, recipient } = await newIdentity()
  const bytes = await gathered(await encryptedTo([recipient], pieces(Buffer.from('hello'))))
  await expect(open(bytes, identity)).rejects.toMatchObject({ code: 'BACKUP_INVALID' })
})
