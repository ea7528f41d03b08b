/** Work in flight: bounded in streams and in bytes, written in large pieces, and told. */
import { describe, expect, test } from 'vitest'
import { sampleBundle } from '../../../support/sample-bundle.ts'
import { fill, type Open, sample, serve, sinkWith, total, turns } from './filling.ts'

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
      await turns(20)
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
