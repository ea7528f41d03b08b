import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../src/errors/index.ts'
import { type FillOptions, fillBundle, type WantedBlob } from '../../../src/fetch/index.ts'
import type { Digest } from '../../../src/oci/index.ts'
import type { BundleSink } from '../../../src/ports/index.ts'
import { type Leftover, memorySink, writingWith } from '../../support/memory-files.ts'
import { type SampleBundle, sampleBundle } from '../../support/sample-bundle.ts'

type Open = FillOptions['open']
const sample = sampleBundle({ layers: 4, layerSize: 700_000 })
const largest = sample.plan.wanted.reduce((a, b) => (b.size > a.size ? b : a))
const instant = { now: () => 0, sleep: async () => {} }

/** Serves blobs in chunks of `chunk` bytes, each after a turn of the event loop. */
function serve(
  { blobs }: SampleBundle,
  chunk = 50_000,
  change?: (bytes: Uint8Array, blob: WantedBlob) => Uint8Array,
): Open {
  return async function* (blob, { offset, signal }) {
    const bytes = blobs.get(blob.digest) ?? new Uint8Array()
    const body = (change?.(bytes, blob) ?? bytes).subarray(offset)
    for (let at = 0; at < body.length; at += chunk) {
      await new Promise(setImmediate)
      signal.throwIfAborted()
      yield body.subarray(at, at + chunk)
    }
  }
}

/** A sink whose writes go through `write`, which has the real one at hand. */
function sinkWith(
  write: (chunk: Uint8Array, offset: number, real: BundleSink['write']) => Promise<void>,
  done: (bytes: Uint8Array) => void = () => {},
): BundleSink {
  const left: Leftover = { bytes: new Uint8Array(), notes: [] }
  const sink = memorySink(done, Number.POSITIVE_INFINITY, left)
  return writingWith(sink, left, (chunk, offset) => write(chunk, offset, sink.write))
}

/** Fills the sample through `open`; gives the committed file. */
async function fill(open: Open, options: Partial<FillOptions> = {}): Promise<Uint8Array> {
  let file: Uint8Array = new Uint8Array()
  const sink = options.sink ?? memorySink(bytes => (file = bytes))
  await fillBundle({ plan: sample.plan, sink, open, clock: instant, concurrency: 3, ...options })
  await sink.commit()
  return file
}

describe('the file', () => {
  test.each([1, 2, 8])('is the same, byte for byte, with %i streams', async concurrency => {
    expect(sample.file.equals(await fill(serve(sample), { concurrency }))).toBe(true)
  })

  test.each([1, 511, 4096, 300_000, 5_000_000])(
    'is the same when it arrives in chunks of %i bytes',
    async chunk => {
      const small = sampleBundle({ layerSize: chunk === 1 ? 500 : 400_000 })
      expect(small.file.equals(await fill(serve(small, chunk), { plan: small.plan }))).toBe(true)
    },
  )

  test('is the same when blobs and writes finish in another order', async () => {
    let turn = 0
    const open: Open = async function* (blob, options) {
      for (let wait = (turn++ * 7) % 5; wait > 0; wait--) await new Promise(setImmediate)
      yield* serve(sample, 30_000 + turn * 777)(blob, options)
    }
    let bytes: Uint8Array = new Uint8Array()
    const late = sinkWith(
      async (chunk, offset, write) => {
        for (let wait = offset % 4; wait > 0; wait--) await new Promise(setImmediate)
        await write(chunk, offset)
      },
      done => (bytes = done),
    )
    await fill(open, { sink: late, concurrency: 8 })
    expect(sample.file.equals(bytes)).toBe(true)
  })
})

describe('work in flight', () => {
  test('has a bounded number of streams, largest blobs first', async () => {
    let open = 0
    let most = 0
    const begun: number[] = []
    await fill(
      async function* (blob, options) {
        begun.push(blob.size)
        most = Math.max(most, ++open)
        yield* serve(sample)(blob, options)
        open--
      },
      { concurrency: 3 },
    )
    expect(most).toBe(3)
    expect(begun).toEqual(begun.toSorted((a, b) => b - a))
    expect(begun.length).toBe(sample.plan.wanted.length)
  })

  test('is bounded in bytes: a slow disk holds the streams back', async () => {
    const large = sampleBundle({ layers: 2, layerSize: 12_000_000 })
    let given = 0
    let written = 0
    let most = 0
    const slow = sinkWith(async (chunk, offset, write) => {
      for (let wait = 0; wait < 20; wait++) await new Promise(setImmediate)
      await write(chunk, offset)
      written += chunk.length
    })
    const source = serve(large, 64_000)
    const open: Open = async function* (blob, options) {
      for await (const chunk of source(blob, options)) {
        given += chunk.length
        most = Math.max(most, given - written)
        yield chunk
      }
    }
    await fill(open, { plan: large.plan, sink: slow, concurrency: 4 })
    expect(given).toBeGreaterThan(30_000_000)
    expect(most).toBeLessThan(6_000_000)
  })

  test('is written in large pieces', async () => {
    const sizes: number[] = []
    const sink = sinkWith((chunk, offset, write) => {
      sizes.push(chunk.length)
      return write(chunk, offset)
    })
    await fill(serve(sample, 1000), { sink })
    const layers = sample.plan.wanted.filter(blob => blob.size > 256 * 1024)
    expect(sizes.filter(size => size >= 256 * 1024).length).toBeGreaterThanOrEqual(layers.length)
    expect(sizes.length).toBeLessThanOrEqual(sample.plan.pieces.length + sample.plan.wanted.length * 2)
  })

  test('is told as it goes, up to all of it', async () => {
    const seen: number[] = []
    const total = sample.plan.wanted.reduce((sum, blob) => sum + blob.size, 0)
    await fill(serve(sample), {
      onProgress: progress => {
        expect(progress.total).toBe(total)
        seen.push(progress.done)
      },
    })
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(total)
  })
})

describe('a stream that ends early', () => {
  /** Ends (or breaks with `error`) the largest blob's stream after each of `stops` bytes in turn. */
  const broken = (stops: readonly number[], error?: Error) => {
    const offsets: number[] = []
    const left = [...stops]
    const open: Open = async function* (blob, options) {
      const stop = blob.digest === largest.digest ? left.shift() : undefined
      if (blob.digest === largest.digest) offsets.push(options.offset)
      if (stop === undefined) return yield* serve(sample)(blob, options)
      const bytes = sample.blobs.get(blob.digest) ?? new Uint8Array()
      yield bytes.subarray(options.offset, stop)
      if (error !== undefined) throw error
    }
    return { open, offsets }
  }

  test.each([
    ['ends', undefined],
    ['breaks', new Error('socket hang up')],
  ])('is resumed from where it stopped when it %s', async (_, error) => {
    const { open, offsets } = broken([100_000, 100_000, 600_001], error)
    expect(sample.file.equals(await fill(open))).toBe(true)
    expect(offsets).toEqual([0, 100_000, 100_000, 600_001])
  })

  test('is resumed after growing pauses', async () => {
    const pauses: number[] = []
    const clock = { now: () => 0, sleep: async (milliseconds: number) => void pauses.push(milliseconds) }
    await fill(broken([10, 20, 30]).open, { clock })
    expect(pauses).toHaveLength(3)
    for (const [i, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(250 * 2 ** i)
      expect(pause).toBeLessThanOrEqual(500 * 2 ** i)
    }
  })

  test.each([
    ['ends', undefined, 'CONTENT_MISMATCH'],
    ['breaks', new Error('socket hang up'), 'REGISTRY_FAILED'],
  ])('is given up after five resumptions when it %s', async (_, error, code) => {
    const { open, offsets } = broken(Array(9).fill(100_000), error)
    await expect(fill(open)).rejects.toMatchObject({ code, message: expect.stringContaining(largest.digest) })
    expect(offsets).toEqual([0, ...Array(5).fill(100_000)])
  })

  test('is not resumed when the registry refuses it', async () => {
    let opened = 0
    const denied = new SealiftError('REGISTRY_DENIED', 'registry.example says 401')
    // biome-ignore lint/correctness/useYield: it fails before its first chunk
    const open: Open = async function* () {
      opened++
      throw denied
    }
    await expect(fill(open, { concurrency: 1 })).rejects.toBe(denied)
    expect(opened).toBe(1)
  })
})

describe('a blob that is not what its digest says', () => {
  const flip = (bytes: Uint8Array) => {
    const other = Uint8Array.from(bytes)
    other[1000] = (other[1000] ?? 0) ^ 1
    return other
  }

  test('is tried once more, then refused by name', async () => {
    let opened = 0
    const open = serve(sample, 50_000, (bytes, { digest }) => {
      if (digest !== largest.digest) return bytes
      opened++
      return flip(bytes)
    })
    await expect(fill(open)).rejects.toMatchObject({
      code: 'CONTENT_MISMATCH',
      message: expect.stringContaining(largest.digest),
    })
    expect(opened).toBe(2)
  })

  test('is right the second time, and progress does not count it twice', async () => {
    let opened = 0
    let done = 0
    const open = serve(sample, 50_000, (bytes, { digest }) =>
      digest === largest.digest && opened++ === 0 ? flip(bytes) : bytes,
    )
    const file = await fill(open, {
      onProgress: progress => {
        done = progress.done
      },
    })
    expect(sample.file.equals(file)).toBe(true)
    expect(done).toBe(sample.plan.wanted.reduce((sum, blob) => sum + blob.size, 0))
  })

  test('is refused when it is longer, and nothing is written past its place', async () => {
    const ends = new Map<Digest, number>(
      sample.plan.wanted.map(blob => [blob.digest, blob.offset + blob.size]),
    )
    const writes: number[] = []
    const sink = sinkWith((chunk, offset, write) => {
      if (offset >= largest.offset && offset < largest.offset + largest.size)
        writes.push(offset + chunk.length)
      return write(chunk, offset)
    })
    const open = serve(sample, 50_000, (bytes, { digest }) =>
      digest === largest.digest ? Buffer.concat([bytes, Buffer.alloc(60_000)]) : bytes,
    )
    await expect(fill(open, { sink })).rejects.toMatchObject({
      code: 'CONTENT_MISMATCH',
      message: expect.stringContaining('is longer'),
    })
    expect(Math.max(0, ...writes)).toBeLessThanOrEqual(ends.get(largest.digest) ?? 0)
  })
})

describe('a failure', () => {
  test('stops every stream before it is thrown', async () => {
    let open = 0
    let failing = false
    const source: Open = async function* (blob, options) {
      open++
      try {
        for await (const chunk of serve(sample, 1000)(blob, options)) {
          if (failing) throw new SealiftError('CONTENT_MISMATCH', 'no more')
          yield chunk
        }
      } finally {
        open--
      }
    }
    const full = new SealiftError('DISK_FULL', 'no room')
    let writes = 0
    const sink = sinkWith(async (chunk, offset, write) => {
      if (++writes > sample.plan.pieces.length + 2) {
        failing = false
        throw full
      }
      await write(chunk, offset)
    })
    await expect(fill(source, { sink })).rejects.toBe(full)
    expect(open).toBe(0)
  })

  test('leaves no write under way: the sink may be discarded at once', async () => {
    let writing = 0
    const sink = sinkWith(async (chunk, offset, write) => {
      writing++
      for (let wait = 0; wait < 30; wait++) await new Promise(setImmediate)
      await write(chunk, offset)
      writing--
    })
    const open = serve(sample, 50_000, (bytes, { size }) => (size < 2000 ? Buffer.alloc(size) : bytes))
    await expect(fill(open, { sink, concurrency: 8 })).rejects.toMatchObject({
      code: 'CONTENT_MISMATCH',
    })
    expect(writing).toBe(0)
  })

  test('is named before the first byte when there is no room', async () => {
    let opened = 0
    const open: Open = (blob, options) => {
      opened++
      return serve(sample)(blob, options)
    }
    await expect(fill(open, { sink: memorySink(() => {}, 1000) })).rejects.toMatchObject({
      code: 'DISK_FULL',
    })
    expect(opened).toBe(0)
  })
})

test.each(['before it begins', 'on the way'])('an interruption %s ends it', async when => {
  const stop = new AbortController()
  if (when === 'before it begins') stop.abort()
  let open = 0
  const source: Open = async function* (blob, options) {
    open++
    try {
      for await (const chunk of serve(sample, 10_000)(blob, options)) {
        yield chunk
        if (when === 'on the way') stop.abort()
      }
    } finally {
      open--
    }
  }
  await expect(fill(source, { signal: stop.signal })).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(open).toBe(0)
})
