import { createHash, type Hash } from 'node:crypto'
import type { BundleSink } from '../ports/index.ts'
import type { BufferPool } from './buffers.ts'

/** A blob's first bytes, in place already: how many, and the hash over them. */
export interface Begun {
  readonly bytes: number
  readonly hash: Hash
}

/** Nothing of a blob yet. */
export function fromTheStart(): Begun {
  return { bytes: 0, hash: createHash('sha256') }
}

/** Takes one blob's bytes in order and writes them at their place in large pieces, hashing them. */
export interface BlobWriter {
  /** Bytes taken so far, those that were there before included. */
  readonly received: number
  /** Bytes from the blob's start that are written without a gap. */
  readonly written: number
  /** Takes a chunk; the caller may reuse it afterwards. Rejects with the error of an earlier write. */
  add(chunk: Uint8Array): Promise<void>
  /** Writes what is left, waits for every write, and gives the sha256 in hex. */
  finish(): Promise<string>
  /** Waits for writes under way and gives the buffers back, whatever their outcome. */
  abandon(): Promise<void>
}

/** A writer for the blob at `offset` that goes on after `begun`; `onWrite` is told of the bytes of every finished write. */
export function blobWriter(
  sink: BundleSink,
  pool: BufferPool,
  offset: number,
  { bytes: before, hash }: Begun,
  onWrite: (bytes: number) => void,
): BlobWriter {
  const writes = new Map<Promise<void>, number>()
  let buffer: Buffer | undefined
  let filled = 0
  let received = before
  let flushed = before
  let failure: { readonly error: unknown } | undefined

  const flush = () => {
    if (buffer === undefined) return
    const full = buffer
    const bytes = full.subarray(0, filled)
    const start = flushed
    buffer = undefined
    filled = 0
    flushed += bytes.length
    hash.update(bytes)
    const written = () => {
      writes.delete(write)
      onWrite(bytes.length)
    }
    // What failed stays among the writes: nothing after it counts as written without a gap.
    const failed = (error: unknown) => {
      failure ??= { error }
    }
    const write: Promise<void> = sink
      .write(bytes, offset + start)
      .then(written, failed)
      .finally(() => pool.give(full))
    writes.set(write, start)
  }
  const check = () => {
    if (failure !== undefined) throw failure.error
  }

  return {
    get received() {
      return received
    },
    get written() {
      return Math.min(flushed, ...writes.values())
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
      await Promise.all(writes.keys())
      check()
      return hash.digest('hex')
    },
    async abandon() {
      if (buffer !== undefined) pool.give(buffer)
      buffer = undefined
      await Promise.all(writes.keys())
    },
  }
}
