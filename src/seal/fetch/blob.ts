import type { WantedBlob } from '../../bundle/layout/index.ts'
import { bytes, messageOf, SealiftError } from '../../kernel/errors/index.ts'
import { hexOf } from '../../kernel/oci/index.ts'
import type { BundleSink, Clock } from '../../kernel/ports/index.ts'
import type { BufferPool } from './buffers.ts'
import { blobNotes } from './journal.ts'
import type { Begun } from './kept.ts'
import { type BlobWriter, blobWriter } from './writer.ts'

/** Opens a blob's bytes from an offset; ends early when the connection does. */
export type OpenBlob = (
  blob: WantedBlob,
  options: { readonly offset: number; readonly signal: AbortSignal; readonly transient: true },
) => AsyncIterable<Uint8Array>

/** What fetching one blob needs. */
export interface BlobJob {
  readonly sink: BundleSink
  readonly pool: BufferPool
  readonly open: OpenBlob
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Told of bytes written; negative when a blob is begun again. */
  readonly moved: (bytes: number) => void
  /** Told that a stream broke off before its end. */
  readonly broke: () => void
}

const resumptions = 5
// An attempt that brought this many bytes shows a connection that works: the count begins again.
const goodAttempt = 8 * 1024 * 1024

/**
 * Brings one blob to its place, going on after what is `begun`. A stream that ends or breaks early is resumed where
 * it stopped, a wrong digest is given one more try from the start.
 * @throws SealiftError CONTENT_MISMATCH, REGISTRY_FAILED, or what `open`, the sink or the signal throw
 */
export async function fetchBlob(blob: WantedBlob, begun: Begun | undefined, job: BlobJob): Promise<void> {
  const notes = blobNotes(job.sink, blob.digest, begun?.bytes ?? 0)
  // What was there before may be wrong, which is no fault of the registry: that try does not count.
  for (let tries = begun === undefined ? 2 : 3, first = begun; tries > 0; tries--, first = undefined) {
    let moved = first?.bytes ?? 0
    const place = first?.sink ?? job.sink.blob(blob.offset)
    const writer = blobWriter(place, job.pool, moved, bytes => {
      moved += bytes
      job.moved(bytes)
      notes.reached(writer.written)
    })
    try {
      await receive(blob, writer, job)
      const right = (await writer.finish()) === hexOf(blob.digest)
      await notes.end(right ? blob.size : 0)
      if (right) return
    } catch (error) {
      await writer.abandon()
      await notes.end(writer.written).catch(() => {})
      throw error
    }
    job.moved(-moved)
  }
  throw mismatch(blob, 'has other content than its digest says, twice in a row')
}

/** Reads the stream to its end, resuming as often as allowed. */
async function receive(blob: WantedBlob, writer: BlobWriter, job: BlobJob): Promise<void> {
  for (let failures = 0; writer.received < blob.size; ) {
    const start = writer.received
    const broken = await attempt(blob, writer, job)
    if (writer.received === blob.size) return
    job.broke()
    failures = writer.received - start >= goodAttempt ? 1 : failures + 1
    if (failures > resumptions) throw givenUp(blob, writer.received, broken?.error)
    await job.clock.sleep(delay(blob, failures), job.signal)
  }
}

/** One stream from where the writer stands. Gives the error that broke it, if it is worth another. */
async function attempt(
  blob: WantedBlob,
  writer: BlobWriter,
  { open, signal }: BlobJob,
): Promise<{ readonly error: unknown } | undefined> {
  const start = writer.received
  let writing = false
  try {
    for await (const chunk of open(blob, { offset: start, signal, transient: true })) {
      writing = true
      signal.throwIfAborted()
      if (writer.received + chunk.length > blob.size)
        throw mismatch(blob, `is longer than its ${bytes(blob.size)}`)
      await writer.add(chunk)
      writing = false
    }
    signal.throwIfAborted()
    return undefined
  } catch (error) {
    // What `open` itself refuses it has tried enough; only a stream that had begun is worth resuming.
    const refused = writer.received === start && error instanceof SealiftError
    if (writing || signal.aborted || refused) throw error
    return { error }
  }
}

function mismatch({ digest }: WantedBlob, what: string): SealiftError {
  return new SealiftError('CONTENT_MISMATCH', `blob ${digest} ${what}`)
}

function givenUp(blob: WantedBlob, received: number, cause: unknown): SealiftError {
  const place = `blob ${blob.digest} broke off ${resumptions + 1} times, last after ${bytes(received)} of ${bytes(blob.size)}`
  if (cause === undefined) return new SealiftError('CONTENT_MISMATCH', place)
  return new SealiftError('REGISTRY_FAILED', `${place}: ${messageOf(cause)}`, { cause })
}

/** Half a second, doubled each time, up to half of it taken off; blobs differ, so that they do not come back together. */
function delay({ digest }: WantedBlob, failures: number): number {
  const share = Number.parseInt(hexOf(digest).slice(failures * 4, failures * 4 + 4), 16) / 0xffff
  return 500 * 2 ** (failures - 1) * (1 - share / 2)
}
