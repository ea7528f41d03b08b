/** The finished file: the same bytes whatever order, chunks and streams they came in. */
import { describe, expect, test } from 'vitest'
import { sampleBundle } from '../../../support/sample-bundle.ts'
import { fill, type Open, sample, serve, sinkWith, turns } from './filling.ts'

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
      await turns((turn++ * 7) % 5)
      yield* serve(sample, 30_000 + turn * 777)(blob, options)
    }
    let bytes: Uint8Array = new Uint8Array()
    const late = sinkWith(
      async (chunk, offset, write) => {
        await turns(offset % 4)
        await write(chunk, offset)
      },
      done => (bytes = done),
    )
    await fill(open, { sink: late, concurrency: 8 })
    expect(sample.file.equals(bytes)).toBe(true)
  })
})
