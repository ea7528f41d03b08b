import { describe, expect, test } from 'vitest'
import { openBundle } from '../../../../src/bundle/layout/index.ts'
import { verifyBundle } from '../../../../src/bundle/verify/index.ts'
import { bytes as inUnits } from '../../../../src/kernel/errors/index.ts'
import type { BundleSource } from '../../../../src/kernel/ports/index.ts'
import { entriesOf, withEntries } from '../../../support/forged-bundle.ts'
import { memorySource } from '../../../support/memory-files.ts'
import { sampleBundle, sampleImages } from '../../../support/sample-bundle.ts'
import { sampleDelta } from '../../../support/sample-delta.ts'

const { file, plan, contents } = sampleBundle({ layerSize: 40_000 })
const layers = plan.wanted.filter(blob => blob.size > 20_000).toSorted((a, b) => a.offset - b.offset)
const verify = (bytes: Buffer, platform?: string) =>
  verifyBundle(memorySource(bytes), platform ? { platform } : {})
const flipped = (...places: number[]) => {
  const bytes = Buffer.from(file)
  for (const place of places) bytes[place] = (bytes[place] ?? 0) ^ 0x10
  return bytes
}

test('a sound bundle has no faults', async () => {
  expect(await verify(file, 'linux/amd64')).toEqual({
    digest: plan.indexDigest,
    size: file.length,
    faults: [],
    images: Object.values(sampleImages),
    charts: ['demo 1.2.3'],
    absent: [],
    missing: [],
  })
})

test('zeros up to the 10 KiB that tar programs write in are fine', async () => {
  const { faults } = await verify(Buffer.concat([file, Buffer.alloc(8000)]))
  expect(faults).toEqual([])
})

test('a flipped byte in a layer names the blob and the image, and nothing else', async () => {
  const [layer] = layers
  const { faults } = await verify(flipped((layer?.offset ?? 0) + 999))
  expect(faults).toEqual([
    {
      code: 'BUNDLE_DAMAGED',
      where: expect.stringMatching(/^image (docker|ghcr)\.io\/.*:v\d/),
      message: expect.stringContaining(layer?.digest ?? ''),
    },
  ])
})

test('every damaged layer is named, not only the first', async () => {
  const { faults } = await verify(flipped(...layers.map(layer => layer.offset + 5)))
  expect(layers.length).toBeGreaterThan(2)
  expect(faults).toHaveLength(layers.length)
  for (const layer of layers) {
    expect(faults.some(fault => fault.message.includes(layer.digest))).toBe(true)
  }
})

test('a flipped byte in a manifest is told once, with its image', async () => {
  const manifest = contents.images[0]?.manifests[0] ?? new Uint8Array()
  const { faults } = await verify(flipped(file.indexOf(manifest) + 20))
  expect(faults).toEqual([
    expect.objectContaining({ code: 'BUNDLE_DAMAGED', where: `image ${sampleImages.plain}` }),
  ])
})

test('a flipped byte in a header costs that entry; the ones behind it are still checked', async () => {
  const [first, second] = layers
  const bytes = flipped((first?.offset ?? 0) - 512 + 20, (second?.offset ?? 0) + 7)
  const { faults } = await verify(bytes)
  const texts = faults.map(fault => `${fault.where}: ${fault.message}`)
  expect(texts).toEqual([
    expect.stringMatching(/^byte \d+: the header does not match its checksum/),
    expect.stringContaining(`${first?.digest} (${inUnits(first?.size ?? 0)}) is missing`),
    expect.stringContaining(`${second?.digest} has been changed`),
  ])
})

test('no flipped byte anywhere goes unnoticed', async () => {
  const small = sampleBundle({ layerSize: 100 })
  for (let place = 0; place < small.file.length; place += 41) {
    const bytes = Buffer.from(small.file)
    bytes[place] = (bytes[place] ?? 0) ^ 0x04
    const { digest, faults } = await verify(bytes)
    expect(faults.length > 0 || digest !== small.plan.indexDigest, `byte ${place}`).toBe(true)
  }
})

test('a file cut in half says how much is missing, and what', async () => {
  const half = Math.floor(file.length / 2)
  const { faults } = await verify(file.subarray(0, half))
  const texts = faults.map(fault => `${fault.where}: ${fault.message}`)
  expect(texts).toContainEqual(
    `the file: ${inUnits(file.length - half)} of its ${inUnits(file.length)} are missing: it was cut off`,
  )
  expect(texts).toContainEqual(expect.stringMatching(/^image .*: its blob sha256:.* is missing$/))
  expect(faults.every(fault => fault.code === 'BUNDLE_DAMAGED')).toBe(true)
})

test.each([0, 1, 511, 512, 1000, 5000])('a file of %i bytes is damaged, whatever is in it', async length => {
  const { faults } = await verify(file.subarray(0, length))
  expect(faults.some(fault => fault.code === 'BUNDLE_DAMAGED')).toBe(true)
})

test('a file cut anywhere is damaged', async () => {
  for (let length = file.length - 1; length > 0; length -= 3001) {
    const { faults } = await verify(file.subarray(0, length))
    expect(
      faults.some(fault => fault.code === 'BUNDLE_DAMAGED'),
      `${length} bytes`,
    ).toBe(true)
  }
})

test('bytes hidden in padding are found', async () => {
  const odd = entriesOf(file).findIndex(entry => entry.body.length % 512 !== 0)
  const end = (entriesOf(file)[odd]?.body.length ?? 0) + 512
  const { faults } = await verify(flipped(end))
  expect(odd).toBe(0)
  expect(faults).toEqual([
    expect.objectContaining({ where: 'oci-layout', message: expect.stringContaining('zeros') }),
  ])
})

test('several faults of different kinds come together', async () => {
  const bytes = withEntries(flipped((layers[0]?.offset ?? 0) + 5), entries => [
    { name: '../../x', body: Buffer.from('x') },
    { name: 'link', body: Buffer.alloc(0), type: '2', linkTarget: '/etc' },
    ...entries,
  ])
  const { faults } = await verify(bytes, 'linux/s390x')
  expect(faults.map(fault => [fault.code, fault.where])).toEqual([
    ['BUNDLE_MALFORMED', '../../x'],
    ['BUNDLE_MALFORMED', 'link'],
    ['BUNDLE_DAMAGED', expect.stringMatching(/^image /)],
    ['BUNDLE_WRONG_PLATFORM', `image ${sampleImages.plain}`],
    ['BUNDLE_WRONG_PLATFORM', `image ${sampleImages.indexed}`],
  ])
  expect(faults.at(-1)?.message).toBe('is for linux/amd64, not for linux/s390x')
})

test('the file is read once, from front to back, in pieces of at most 1 MiB', async () => {
  const large = sampleBundle({ layerSize: 3_000_000 })
  const reads: { offset: number; length: number }[] = []
  const source = memorySource(large.file)
  const watched: BundleSource = {
    ...source,
    read(offset, length) {
      reads.push({ offset, length })
      return source.read(offset, length)
    },
  }
  const seen: number[] = []
  await verifyBundle(watched, { onProgress: ({ done }) => seen.push(done) })
  const total = reads.reduce((sum, read) => sum + read.length, 0)
  expect(total).toBeLessThan(large.file.length + 30_000)
  expect(Math.max(...reads.map(read => read.length))).toBeLessThanOrEqual(1024 * 1024)
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  expect(seen.at(-1)).toBe(large.file.length)
})

test('an interruption ends it', async () => {
  const stop = new AbortController()
  const onProgress = () => stop.abort()
  await expect(verifyBundle(memorySource(file), { signal: stop.signal, onProgress })).rejects.toMatchObject({
    code: 'INTERRUPTED',
  })
})

describe('a delta', () => {
  const { older, full, delta, absent } = sampleDelta({ layerSize: 4000 })
  const base = async (name: string, bytes: Buffer) => ({
    name,
    bundle: await openBundle(memorySource(bytes)),
  })
  const against = (bytes: Buffer, ...bases: Awaited<ReturnType<typeof base>>[]) =>
    verifyBundle(memorySource(bytes), { bases })

  test('without a base is sound but not whole, and says what is missing', async () => {
    const verdict = await against(delta)
    expect(verdict.faults).toEqual([])
    expect(verdict.digest).toBe(full.plan.indexDigest)
    expect(verdict.missing).toEqual(verdict.absent)
    expect(verdict.missing.map(({ digest }) => digest)).toEqual([...absent].sort())
  })

  test('is whole with its base, whose layers are read, and counted', async () => {
    const seen: { done: number; total: number }[] = []
    const bases = [await base('older', older.file)]
    const verdict = await verifyBundle(memorySource(delta), { bases, onProgress: one => seen.push(one) })
    const bytes = verdict.absent.reduce((sum, { size }) => sum + size, 0)
    expect([verdict.faults, verdict.missing, verdict.absent.length]).toEqual([[], [], absent.length])
    expect(seen.at(-1)).toEqual({ done: delta.length + bytes, total: delta.length + bytes })
  })

  test('of which a base has some is missing the rest; another base has it', async () => {
    const oldest = sampleBundle({ layerSize: 4000, layers: 1 })
    const part = await base('oldest', oldest.file)
    expect((await against(delta, part)).missing).toHaveLength(2)
    expect((await against(delta, part, await base('older', older.file))).missing).toEqual([])
  })

  test('of another bundle is missing everything', async () => {
    const other = await base('other', sampleBundle({ seed: 'other' }).file)
    expect((await against(delta, other)).missing).toHaveLength(absent.length)
  })

  test('is damaged when its base is, and says which', async () => {
    const bytes = Buffer.from(older.file)
    const place = older.plan.wanted.find(({ digest }) => digest === absent[0])?.offset ?? 0
    bytes[place + 5] = (bytes[place + 5] ?? 0) ^ 1
    expect((await against(delta, await base('out/older.tar', bytes))).faults).toEqual([
      {
        code: 'BUNDLE_DAMAGED',
        where: 'base out/older.tar',
        message: `blob ${absent[0]} has been changed: its bytes do not match its digest`,
      },
    ])
  })

  test('is damaged by any flipped byte, and by any cut', async () => {
    const small = sampleDelta({ layerSize: 100 })
    for (let place = 0; place < small.delta.length; place += 211) {
      const bytes = Buffer.from(small.delta)
      bytes[place] = (bytes[place] ?? 0) ^ 0x04
      const { digest, faults } = await against(bytes)
      expect(faults.length > 0 || digest !== small.full.plan.indexDigest, `byte ${place}`).toBe(true)
    }
    for (let length = small.delta.length - 1; length > 0; length -= 499) {
      const { faults } = await against(small.delta.subarray(0, length))
      expect(
        faults.some(fault => fault.code === 'BUNDLE_DAMAGED'),
        `${length} bytes`,
      ).toBe(true)
    }
  })
})
