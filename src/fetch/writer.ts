import { createHash } from 'node:crypto'
import type { BundleSink } from '../ports/index.ts'
import type { BufferPool } from './buffers.ts'

/** Takes one blob's bytes in order and writes them at their place in large pieces, hashing them. */
export interface BlobWriter {
  /** Bytes taken so far. */
  readonly received: number
  /** Takes a chunk; the caller may reuse it afterwards. Rejects with the error of an earlier write. */
  add(chunk: Uint8Array): Promise<void>
  /** Writes what is left, waits for every write, and gives the sha256 in hex. */
  finish(): Promise<string>
  /** Waits for writes under way and gives the buffers back, whatever their outcome. */
  abandon(): Promise<void>
}

/** A writer for the blob at `offset`; `written` is told of the bytes of every finished write. */
export function blobWriter(
  sink: BundleSink,
  pool: BufferPool,
  offset: number,
  written: (bytes: number) => void,
): BlobWriter {
  const hash = createHash('sha256')
  const writes = new Set<Promise<void>>()
  let buffer: Buffer | undefined
  let filled = 0
  let received = 0
  let failure: { readonly error: unknown } | undefined

  const flush = () => {
    if (buffer === undefined) return
    const full = buffer
    const bytes = full.subarray(0, filled)
    const place = offset + received - filled
    buffer = undefined
    filled = 0
    hash.update(bytes)
    const write = sink
      .write(bytes, place)
      .then(
        () => written(bytes.length),
        (error: unknown) => {
          failure ??= { error }
        },
      )
      .finally(() => {
        pool.give(full)
        writes.delete(write)
      })
    writes.add(write)
  }
  const check = () => {
    if (failure !== undefined) throw failure.error
  }

  return {
    get received() {
      return received
    },
    async add(chunk) {
      for (let taken = 0; taken < chunk.length; ) {
        check()
        buffer ??= await pool.take()
        const part = chunk.subarray(taken, taken + buffer.length - filled)
        buffer.set(part, filled)
        filled += part.length
        received += part.length
        taken += part.length
        if (filled === buffer.length) flush()
      }
    },
    async finish() {
      flush()
      await Promise.all(writes)
      check()
      return hash.digest('hex')
    },
    async abandon() {
      if (buffer !== undefined) pool.give(buffer)
      buffer = undefined
      await Promise.all(writes)
    },
  }
}
