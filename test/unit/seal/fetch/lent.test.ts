/** Chunks in shared memory are lent: whoever gives them overwrites them as soon as it is asked for more, or let go. */
import { expect, test } from 'vitest'
import { counted, fill, type Open, sample, serve, sinkWith, turns } from './filling.ts'

/** The source with every second chunk in one buffer of its stream, which is gone when the reader is through with it. */
function lending(source: Open): Open {
  return async function* (blob, options) {
    const buffer = Buffer.from(new SharedArrayBuffer(100_000))
    let count = 0
    for await (const chunk of source(blob, options)) {
      if (count++ % 2 === 0) yield chunk
      else {
        buffer.set(chunk)
        try {
          yield buffer.subarray(0, chunk.length)
        } finally {
          buffer.fill(255)
        }
      }
    }
  }
}

/** A sink that takes its time, and how many writes found other bytes at their end than at their beginning. */
function patientSink(fails: (writes: number) => boolean = () => false) {
  const count = { writes: 0, changed: 0 }
  const sink = sinkWith(async (chunk, offset, write) => {
    const before = Buffer.from(chunk)
    const failing = fails(++count.writes)
    await turns(1 + (count.writes % 5))
    if (!before.equals(chunk)) count.changed++
    if (failing) throw new Error('no room')
    await write(chunk, offset)
  })
  return { sink, count }
}

test('they are written before more is asked for', async () => {
  const { sink, count } = patientSink()
  await fill(lending(serve(sample)), { sink })
  expect(count.changed).toBe(0)
})

test('none is let go while it is written, where a write fails or the user stops either', async () => {
  for (const at of [5, 9, 14]) {
    const { sink, count } = patientSink(writes => writes === at)
    const user = new AbortController()
    const { open, count: streams } = counted(lending(serve(sample)))
    await expect(fill(open, { sink })).rejects.toThrow('no room')
    expect([count.changed, streams.open]).toEqual([0, 0])

    const other = patientSink(writes => {
      if (writes === at) user.abort()
      return false
    })
    const stopped = fill(lending(serve(sample)), { sink: other.sink, signal: user.signal })
    await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(other.count.changed).toBe(0)
  }
})
