/** A blob that is not what its digest says: tried once more, then refused, and never outside its place. */
import { describe, expect, test } from 'vitest'
import { fill, largest, sample, serve, sinkWith, total } from './filling.ts'

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
    expect(done).toBe(total)
  })

  test('is refused when it is longer, and nothing is written past its place', async () => {
    const end = largest.offset + largest.size
    const writes: number[] = []
    const sink = sinkWith((chunk, offset, write) => {
      if (offset >= largest.offset && offset < end) writes.push(offset + chunk.length)
      return write(chunk, offset)
    })
    const open = serve(sample, 50_000, (bytes, { digest }) =>
      digest === largest.digest ? Buffer.concat([bytes, Buffer.alloc(60_000)]) : bytes,
    )
    await expect(fill(open, { sink })).rejects.toMatchObject({
      code: 'CONTENT_MISMATCH',
      message: expect.stringContaining('is longer'),
    })
    expect(Math.max(0, ...writes)).toBeLessThanOrEqual(end)
  })
})
