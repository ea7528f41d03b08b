import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHashing } from '../../../src/adapters/files/hashing.ts'
import { digestOf } from '../../../src/kernel/oci/index.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-hashing-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('what the system says of a failed write comes over from the thread', async () => {
  const hashing = createHashing()
  const full = await open('/dev/full', 'w')
  const write = hashing.lane().write(Buffer.alloc(10), [{ fd: full.fd, at: 0, from: 0, length: 10 }])
  await expect(write).rejects.toMatchObject({ code: 'ENOSPC' })
  await full.close()
  await hashing.close()
})

test('a thread that has ended refuses what comes then, and nobody waits for ever', async () => {
  const hashing = createHashing()
  const file = await open(join(folder, 'file'), 'w+')
  const lane = hashing.lane()
  await lane.write(Buffer.from('abc'), [{ fd: file.fd, at: 0, from: 0, length: 3 }])
  await hashing.close()
  await expect(lane.digest()).rejects.toThrow('has ended')
  await file.close()
})

test('lanes do not mix', async () => {
  const hashing = createHashing()
  const file = await open(join(folder, 'lanes'), 'w+')
  const texts = ['one', 'another', 'third']
  const lanes = texts.map(() => hashing.lane())
  await Promise.all(
    lanes.map((lane, i) => {
      const bytes = Buffer.from(texts[i] ?? '')
      return lane.write(bytes, [{ fd: file.fd, at: i * 10, from: 0, length: bytes.length }])
    }),
  )
  expect(await Promise.all(lanes.map(lane => lane.digest()))).toEqual(
    texts.map(text => digestOf(text).slice('sha256:'.length)),
  )
  await file.close()
  await hashing.close()
})
