import { randomBytes } from 'node:crypto'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHashing } from '../../../src/adapters/files/hashing.ts'
import { digestOf } from '../../../src/kernel/oci/index.ts'

const hexOfText = (text: string | Uint8Array) => digestOf(text).slice('sha256:'.length)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-hashing-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each([0, 1, 2])('hashing in %i threads of its own', threads => {
  test('what the system says of a failed write is told', async () => {
    const hashing = createHashing(threads)
    const full = await open('/dev/full', 'w')
    const write = hashing.lane().write(Buffer.alloc(10), [{ fd: full.fd, at: 0, from: 0, length: 10 }])
    await expect(write).rejects.toMatchObject({ code: 'ENOSPC' })
    await full.close()
    await hashing.close()
  })

  test('lanes do not mix', async () => {
    const hashing = createHashing(threads)
    const file = await open(join(folder, `lanes-${threads}`), 'w+')
    const texts = ['one', 'another', 'third']
    const lanes = texts.map(() => hashing.lane())
    await Promise.all(
      lanes.map((lane, i) => {
        const bytes = Buffer.from(texts[i] ?? '')
        return lane.write(bytes, [{ fd: file.fd, at: i * 10, from: 0, length: bytes.length }])
      }),
    )
    expect(await Promise.all(lanes.map(lane => lane.digest()))).toEqual(texts.map(hexOfText))
    await file.close()
    await hashing.close()
  })

  test('what lies in a file is hashed piece by piece, many at once', async () => {
    const hashing = createHashing(threads)
    const bytes = randomBytes(3_500_000)
    const file = await open(join(folder, `there-${threads}`), 'w+')
    await file.write(bytes)
    const reads = [0, 1, 1_048_576, 2_500_000].map(async at => {
      const lane = hashing.lane()
      const parts = [
        { fd: file.fd, at, from: 0, length: 1_000_000 },
        { fd: file.fd, at: at + 1_000_000, from: 1_000_000, length: 0 },
      ]
      await lane.read(parts)
      expect(await lane.digest()).toBe(hexOfText(bytes.subarray(at, at + 1_000_000)))
    })
    await Promise.all(reads)
    await file.close()
    await hashing.close()
  })

  test('shared memory may be used again as soon as it is written', async () => {
    const hashing = createHashing(threads)
    const file = await open(join(folder, `again-${threads}`), 'w+')
    const sent = randomBytes(2_000_000)
    const buffer = Buffer.from(new SharedArrayBuffer(500_000))
    const lane = hashing.lane()
    for (let at = 0; at < sent.length; at += 400_000) {
      buffer.set(sent.subarray(at, at + 400_000), 7)
      const parts = [
        { fd: file.fd, at, from: 0, length: 150_000 },
        { fd: file.fd, at: at + 150_000, from: 150_000, length: 250_000 },
      ]
      await lane.write(buffer.subarray(7, 400_007), parts)
      buffer.fill(255)
    }
    expect(await lane.digest()).toBe(hexOfText(sent))
    expect((await readFile(join(folder, `again-${threads}`))).equals(sent)).toBe(true)
    await file.close()
    await hashing.close()
  })

  test('after a read that failed the others are right', async () => {
    const hashing = createHashing(threads)
    const bytes = randomBytes(2_500_000)
    const file = await open(join(folder, `failed-${threads}`), 'w+')
    await file.write(bytes)
    const read = async ([at, length]: readonly [number, number]) => {
      const lane = hashing.lane()
      await lane.read([{ fd: file.fd, at, from: 0, length }])
      return lane.digest()
    }
    const lengths = [2_500_001, 2_400_000, 9_000_000, 1_048_576, 2_097_152]
    const ranges = lengths.map((length, i) => [i * 1000, length] as const)
    for (let round = 0; round < 2; round++) {
      const found = await Promise.allSettled(ranges.map(read))
      for (const [i, [at, length]] of ranges.entries()) {
        const right = at + length > bytes.length ? undefined : hexOfText(bytes.subarray(at, at + length))
        expect(found[i]).toMatchObject(right === undefined ? { status: 'rejected' } : { value: right })
      }
    }
    await file.close()
    await hashing.close()
  })

  test('a file that is shorter than it was is told of', async () => {
    const hashing = createHashing(threads)
    const file = await open(join(folder, `short-${threads}`), 'w+')
    await file.write(Buffer.alloc(10))
    const read = hashing.lane().read([{ fd: file.fd, at: 4, from: 0, length: 20 }])
    await expect(read).rejects.toThrow('it ends after 10 bytes')
    await file.close()
    await hashing.close()
  })
})

test('a thread that has ended refuses what comes then, and nobody waits for ever', async () => {
  const hashing = createHashing(1)
  const file = await open(join(folder, 'file'), 'w+')
  const lane = hashing.lane()
  await lane.write(Buffer.from('abc'), [{ fd: file.fd, at: 0, from: 0, length: 3 }])
  await hashing.close()
  await expect(lane.digest()).rejects.toThrow('has ended')
  await file.close()
})
