import { SealiftError } from '../errors/index.ts'
import type { BundleSink, Clock, Progress } from '../ports/index.ts'
import { fetchBlob, type OpenBlob } from './blob.ts'
import { bufferPool } from './buffers.ts'
import type { FillPlan } from './plan.ts'

/** What filling a bundle needs. */
export interface FillOptions {
  readonly plan: FillPlan
  readonly sink: BundleSink
  readonly open: OpenBlob
  readonly clock: Clock
  /** Streams at once. */
  readonly concurrency: number
  readonly signal?: AbortSignal
  /** Told of blob bytes written so far, of all that are to be fetched. */
  readonly onProgress?: (progress: Progress) => void
}

// Large enough that writes cost little; two per stream let one be written while the other fills.
const bufferSize = 512 * 1024

/**
 * Writes a planned bundle into a sink: bytes at hand first, then every wanted blob, largest first. On the first
 * failure, or when the signal is aborted, every stream is stopped and has ended before this rejects. The caller
 * commits the sink afterwards, or discards it in its `finally`.
 * @throws SealiftError CONTENT_MISMATCH, REGISTRY_*, DISK_FULL, FILE_FAILED, INTERRUPTED
 */
export async function fillBundle(options: FillOptions): Promise<void> {
  const { plan, sink, concurrency, clock, open, onProgress } = options
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  const total = plan.wanted.reduce((sum, blob) => sum + blob.size, 0)
  const queue = [...plan.wanted].sort((a, b) => b.size - a.size || (a.digest < b.digest ? -1 : 1))
  const pool = bufferPool(concurrency * 2, bufferSize)
  let done = 0
  const moved = (bytes: number) => {
    done += bytes
    onProgress?.({ done, total })
  }
  const work = async () => {
    for (let blob = queue.shift(); blob !== undefined; blob = queue.shift()) {
      signal.throwIfAborted()
      await fetchBlob(blob, { sink, pool, open, clock, signal, moved })
    }
  }

  try {
    signal.throwIfAborted()
    await sink.allocate(plan.size)
    for (const { bytes, offset } of plan.pieces) await sink.write(bytes, offset)
    await allOrFirstFailure(Array.from({ length: concurrency }, work), error => stop.abort(error))
  } catch (error) {
    if (!options.signal?.aborted) throw error
    throw new SealiftError('INTERRUPTED', 'interrupted while fetching blobs', {
      cause: options.signal.reason,
    })
  }
}

/** Waits for all; when one fails, tells `stop`, waits for the others all the same, and throws the first error. */
async function allOrFirstFailure(
  running: readonly Promise<void>[],
  stop: (error: unknown) => void,
): Promise<void> {
  let first: { readonly error: unknown } | undefined
  const settle = (error: unknown) => {
    if (first !== undefined) return
    first = { error }
    stop(error)
  }
  await Promise.all(running.map(one => one.catch(settle)))
  if (first !== undefined) throw first.error
}
