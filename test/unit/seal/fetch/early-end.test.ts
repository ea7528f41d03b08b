/** A stream that ends early: resumed where it stopped, with patience, and not for ever. */
import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { counted, fill, instant, largest, type Open, sample, serve } from './filling.ts'

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
    const clock = { ...instant, sleep: async (milliseconds: number) => void pauses.push(milliseconds) }
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
    const denied = new SealiftError('REGISTRY_DENIED', 'registry.example says 401')
    // biome-ignore lint/correctness/useYield: it fails before its first chunk
    const { open, count } = counted(async function* () {
      throw denied
    })
    await expect(fill(open, { concurrency: 1 })).rejects.toBe(denied)
    expect(count.begun).toBe(1)
  })
})
