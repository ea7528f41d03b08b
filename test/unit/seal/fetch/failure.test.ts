/** A failure or an interruption: every stream and every write has ended before it is told. */
import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { memorySink } from '../../../support/memory-files.ts'
import { counted, fill, sample, serve, sinkWith, turns } from './filling.ts'

describe('a failure', () => {
  test('stops every stream before it is thrown', async () => {
    const { open, count } = counted(serve(sample, 1000))
    const full = new SealiftError('DISK_FULL', 'no room')
    let writes = 0
    const sink = sinkWith(async (chunk, offset, write) => {
      if (++writes > sample.plan.pieces.length + 2) throw full
      await write(chunk, offset)
    })
    await expect(fill(open, { sink })).rejects.toBe(full)
    expect(count.open).toBe(0)
  })

  test('leaves no write under way: the sink may be discarded at once', async () => {
    let writing = 0
    const sink = sinkWith(async (chunk, offset, write) => {
      writing++
      await turns(30)
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
    const { open, count } = counted(serve(sample))
    await expect(fill(open, { sink: memorySink(() => {}, 1000) })).rejects.toMatchObject({
      code: 'DISK_FULL',
    })
    expect(count.begun).toBe(0)
  })
})

test.each(['before it begins', 'on the way'])('an interruption %s ends it', async when => {
  const stop = new AbortController()
  if (when === 'before it begins') stop.abort()
  const { open, count } = counted(async function* (blob, options) {
    for await (const chunk of serve(sample, 10_000)(blob, options)) {
      yield chunk
      if (when === 'on the way') stop.abort()
    }
  })
  await expect(fill(open, { signal: stop.signal })).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(count.open).toBe(0)
})
