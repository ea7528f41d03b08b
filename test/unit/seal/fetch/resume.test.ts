import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import type { BundleSink } from '../../../../src/kernel/ports/index.ts'
import { type FillOptions, fillBundle } from '../../../../src/seal/fetch/index.ts'
import { type Leftover, memorySink, writingWith } from '../../../support/memory-files.ts'
import { type SampleBundle, sampleBundle } from '../../../support/sample-bundle.ts'
import { instant, type Open } from './filling.ts'

const sample = sampleBundle({ layers: 3, layerSize: 8_000_000 })
const total = sample.plan.wanted.reduce((sum, blob) => sum + blob.size, 0)

/** Serves blobs, and says which bytes of which it was asked for. */
function serving({ blobs }: SampleBundle = sample) {
  const asked: { readonly digest: string; readonly offset: number }[] = []
  let served = 0
  const open: Open = async function* (blob, { offset, signal }) {
    asked.push({ digest: blob.digest, offset })
    const body = (blobs.get(blob.digest) ?? new Uint8Array()).subarray(offset)
    for (let at = 0; at < body.length; at += 200_000) {
      await new Promise(setImmediate)
      signal.throwIfAborted()
      const chunk = body.subarray(at, at + 200_000)
      served += chunk.length
      yield chunk
    }
  }
  return { open, asked, served: () => served }
}

/** A power switch: after `bytes` written bytes nothing is written, noted or cleaned up any more, as after kill -9. */
function killedAfter(left: Leftover, bytes: number): BundleSink {
  const sink = memorySink(() => {}, Number.POSITIVE_INFINITY, left)
  let written = 0
  const dead = () => written > bytes
  const die = () => {
    throw new SealiftError('FILE_FAILED', 'killed')
  }
  const write: BundleSink['write'] = async (chunk, offset) => {
    if (dead()) die()
    written += chunk.length
    await sink.write(chunk, offset)
  }
  return {
    ...writingWith(sink, left, write),
    get notes() {
      return sink.notes
    },
    async note(line) {
      if (dead()) die()
      await sink.note(line)
    },
    async keep() {},
  }
}

/** One run over what is left; gives the finished file, and what it was told. */
async function run(left: Leftover, options: Partial<FillOptions> = {}) {
  let file: Uint8Array = new Uint8Array()
  const kept: (number | 'another')[] = []
  const sink = options.sink ?? memorySink(bytes => (file = bytes), Number.POSITIVE_INFINITY, left)
  const { open, asked, served } = serving()
  await fillBundle({
    ...{ plan: sample.plan, sink, open, clock: instant, concurrency: 3 },
    onKept: bytes => kept.push(bytes),
    ...options,
  })
  await sink.commit()
  return { file, kept, asked, served: served() }
}

async function interrupted(bytes: number): Promise<Leftover> {
  const left: Leftover = { bytes: new Uint8Array(), notes: [] }
  await run(left, { sink: killedAfter(left, bytes) }).catch(() => {})
  return left
}

describe('after a run that was killed', () => {
  test.each([0.1, 0.35, 0.5, 0.8, 0.99])(
    'at %d of it, the file is the same and less is fetched',
    async part => {
      const left = await interrupted(total * part)
      const { file, kept, served } = await run(left)
      expect(sample.file.equals(file)).toBe(true)
      expect(kept).toHaveLength(1)
      expect(served).toBe(total - Number(kept[0]))
      // Three streams lose at most what lies between two notes, and their buffers.
      if (part >= 0.8) expect(Number(kept[0])).toBeGreaterThan(total * part - 3 * 5_300_000)
    },
  )

  test('a blob is taken up in its middle, and whole ones are not asked for again', async () => {
    const left = await interrupted(total * 0.92)
    const { asked } = await run(left)
    expect(asked.some(({ offset }) => offset > 0)).toBe(true)
    expect(asked.length).toBeLessThan(sample.plan.wanted.length)
  })

  test('again and again, it ends with the same bytes', async () => {
    const left: Leftover = { bytes: new Uint8Array(), notes: [] }
    let served = 0
    for (let i = 1; i <= 6; i++) {
      const source = serving()
      await run(left, { sink: killedAfter(left, 3_000_000 + i * 777_777), open: source.open }).catch(() => {})
      served += source.served()
    }
    const { file } = await run(left)
    expect(sample.file.equals(file)).toBe(true)
    expect(served).toBeGreaterThan(0)
  })

  test('progress counts what is there, and its speed does not', async () => {
    const left = await interrupted(total * 0.8)
    const seen: { done: number; total: number; before?: number }[] = []
    const { kept } = await run(left, { onProgress: progress => seen.push(progress) })
    expect(seen[0]?.before).toBe(kept[0])
    expect(seen.every(({ done, before = 0 }) => done > before)).toBe(true)
    expect(seen.at(-1)).toMatchObject({ done: total, total })
  })
})

describe('what is left is not trusted', () => {
  test('a byte that changed in a whole blob: it is fetched again', async () => {
    const left = await interrupted(total * 0.9)
    const whole = sample.plan.wanted.find(({ digest, size }) =>
      left.notes.includes(JSON.stringify({ blob: digest, bytes: size })),
    )
    const place = (whole?.offset ?? 0) + 5
    left.bytes[place] = (left.bytes[place] ?? 0) ^ 1
    const { file, asked } = await run(left)
    expect(sample.file.equals(file)).toBe(true)
    expect(asked).toContainEqual({ digest: whole?.digest, offset: 0 })
  })

  test('a byte that changed in the beginning of a blob: it is taken up, found wrong, and fetched again', async () => {
    const left = await interrupted(total * 0.5)
    const middle = left.notes
      .flatMap(line => [JSON.parse(line) as { blob?: string; bytes?: number }])
      .findLast(({ blob, bytes = 0 }) =>
        sample.plan.wanted.some(({ digest, size }) => digest === blob && bytes > 0 && bytes < size),
      )
    const blob = sample.plan.wanted.find(({ digest }) => digest === middle?.blob)
    const place = (blob?.offset ?? 0) + 100
    left.bytes[place] = (left.bytes[place] ?? 0) ^ 1
    const { file, asked } = await run(left)
    expect(sample.file.equals(file)).toBe(true)
    expect(asked.filter(({ digest }) => digest === blob?.digest).map(({ offset }) => offset > 0)).toEqual([
      true,
      false,
    ])
  })

  test('what lies where a bundle has zeros', async () => {
    const left = await interrupted(0)
    const notes = left.notes.slice(0, 1)
    const { file, kept } = await run({ bytes: Buffer.alloc(sample.plan.size, 'X'), notes })
    expect(kept).toEqual([0])
    expect(sample.file.equals(file)).toBe(true)
  })

  test('notes that say more than the file has, as after a power cut', async () => {
    const left = await interrupted(total * 0.4)
    left.bytes.fill(0, 100_000)
    const { file } = await run(left)
    expect(sample.file.equals(file)).toBe(true)
  })

  test.each([
    ['a last line that was cut off', (notes: string[]) => [...notes, '{"blob":"sha256:12']],
    [
      'lines that are no notes',
      (notes: string[]) => [notes[0] ?? '', 'null', '[]', '{"blob":7}', ...notes.slice(1)],
    ],
    [
      'more bytes than a blob has',
      (notes: string[]) => [
        ...notes,
        ...sample.plan.wanted.map(({ digest }) => JSON.stringify({ blob: digest, bytes: 1e15 })),
      ],
    ],
    [
      'blobs that nobody wants',
      (notes: string[]) => [...notes, JSON.stringify({ blob: digestOf('other'), bytes: 5 })],
    ],
  ])('%s', async (_, change) => {
    const left = await interrupted(total * 0.5)
    left.notes = change(left.notes)
    const { file } = await run(left)
    expect(sample.file.equals(file)).toBe(true)
  })

  test.each([
    ['another lock', { plan: sampleBundle({ layers: 3, layerSize: 8_000_000, seed: 'other' }).plan }],
    ['another size of volumes', { plan: { ...sample.plan, volumeSize: 5_000_000 } }],
  ])('the beginning of a bundle of %s: it starts anew, and says so', async (_, other) => {
    const left = await interrupted(total * 0.5)
    const blobs = sampleBundle({ layers: 3, layerSize: 8_000_000, seed: 'other' }).blobs
    const { open } = serving({ ...sample, blobs: new Map([...sample.blobs, ...blobs]) })
    const { kept, file } = await run(left, { ...other, open })
    expect(kept).toEqual(['another'])
    expect(file.length).toBe(other.plan.size)
  })
})

test('a disk that fills up on the way is survived: with room again, it goes on', async () => {
  const left: Leftover = { bytes: new Uint8Array(), notes: [] }
  const sink = memorySink(() => {}, Number.POSITIVE_INFINITY, left)
  let written = 0
  const full = writingWith(sink, left, async (chunk, offset) => {
    written += chunk.length
    if (written > total / 2) throw new SealiftError('DISK_FULL', 'no room')
    await sink.write(chunk, offset)
  })
  await expect(run(left, { sink: full })).rejects.toMatchObject({ code: 'DISK_FULL' })
  await full.keep()
  const { file, kept } = await run(left)
  expect(sample.file.equals(file)).toBe(true)
  expect(Number(kept[0])).toBeGreaterThan(0)
})

test('a run without leftovers is told nothing of them', async () => {
  expect((await run({ bytes: new Uint8Array(), notes: [] })).kept).toEqual([])
})
