import type { BlobSink } from '../../kernel/ports/index.ts'
import type { BufferPool } from './buffers.ts'

/** Takes one blob's bytes in order and passes them on in large pieces. */
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

/** A writer that goes on after `before` bytes of a blob; `onWrite` is told of the bytes of every finished write. */
export function blobWriter(
  sink: BlobSink,
  pool: BufferPool,
  before: number,
  onWrite: (bytes: number) => void,
): BlobWriter {
  const writes = new Map<Promise<void>, number>()
  let buffer: Buffer | undefined
  let filled = 0
  let received = before
  let flushed = before
  let failure: { readonly error: unknown } | undefined

  const begin = (bytes: Uint8Array): Promise<void> => {
    const written = () => {
      writes.delete(write)
      onWrite(bytes.length)
    }
    // What failed stays among the writes: nothing after it counts as written without a gap.
    const failed = (error: unknown) => {
      failure ??= { error }
    }
    const write: Promise<void> = sink.write(bytes).then(written, failed)
    writes.set(write, flushed)
    flushed += bytes.length
    return write
  }
  const flush = () => {
    if (buffer === undefined) return
    const full = buffer
    void begin(full.subarray(0, filled)).finally(() => pool.give(full))
    buffer = undefined
    filled = 0
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
      if (chunk.buffer instanceof SharedArrayBuffer) {
        flush()
        received += chunk.length
        await begin(chunk)
        return check()
      }
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
      return sink.digest()
    },
    async abandon() {
      if (buffer !== undefined) pool.give(buffer)
      buffer = undefined
      await Promise.all(writes.keys())
    },
  }
}
