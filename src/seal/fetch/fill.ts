import type { FillPlan } from '../../bundle/layout/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { BundleSink, Clock, Progress } from '../../kernel/ports/index.ts'
import { fetchBlob, type OpenBlob } from './blob.ts'
import { bufferPool } from './buffers.ts'
import { gapsOf } from './gaps.ts'
import { headNote, planKey } from './journal.ts'
import { checkKept, keptOf } from './kept.ts'
import { adaptiveStreams } from './streams.ts'

/** What filling a bundle needs. */
export interface FillOptions {
  readonly plan: FillPlan
  readonly sink: BundleSink
  readonly open: OpenBlob
  readonly clock: Clock
  /** The most streams at once. */
  readonly concurrency: number
  readonly signal?: AbortSignal
  /** Told of blob bytes written so far, of all that are wanted; `before` are those of an earlier run. */
  readonly onProgress?: (progress: Progress) => void
  /** Told of bytes read again, of those that an earlier run left. */
  readonly onChecked?: (progress: Progress) => void
  /** Told once, when an earlier run left something: bytes that are kept, or that it was the beginning of another bundle. */
  readonly onKept?: (kept: number | 'another') => void
}

// Large enough that writes cost little; two per stream let one be written while the other fills.
const bufferSize = 512 * 1024

/**
 * Writes a planned bundle into a sink: bytes at hand first, then every wanted blob, largest first. Goes on where an
 * interrupted run of the same plan stopped, in the middle of a blob too, and notes how far it gets. On the first
 * failure, or when the signal is aborted, every stream is stopped and has ended before this rejects. The caller
 * commits the sink afterwards, or keeps or discards it.
 * @throws SealiftError CONTENT_MISMATCH, REGISTRY_*, DISK_FULL, FILE_FAILED, INTERRUPTED
 */
export async function fillBundle(options: FillOptions): Promise<void> {
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  try {
    signal.throwIfAborted()
    await fill(options, signal, error => stop.abort(error))
  } catch (error) {
    if (!options.signal?.aborted) throw error
    throw new SealiftError('INTERRUPTED', 'interrupted while fetching blobs', {
      cause: options.signal.reason,
    })
  }
}

async function fill(options: FillOptions, signal: AbortSignal, stop: (error: unknown) => void) {
  const { plan, sink, concurrency, clock, open, onProgress, onChecked, onKept } = options
  const kept = keptOf(sink, plan)
  if (kept === 'another') await sink.restart()
  await sink.allocate(plan.size)
  if (typeof kept !== 'object') await sink.note(headNote(planKey(plan)))
  for (const { bytes, offset } of plan.pieces) await sink.write(bytes, offset)
  // A new file has zeros there; of what was left nobody knows, and no digest of a blob speaks for it.
  if (typeof kept === 'object') for (const { bytes, offset } of gapsOf(plan)) await sink.write(bytes, offset)
  const notes = typeof kept === 'object' ? kept : new Map()
  const resumed = await checkKept(notes, plan, sink, signal, progress => onChecked?.(progress))
  if (kept !== undefined) onKept?.(kept === 'another' ? kept : resumed.bytes)

  const total = plan.wanted.reduce((sum, blob) => sum + blob.size, 0)
  const before = resumed.bytes
  let done = before
  const streams = adaptiveStreams(concurrency, clock)
  const pool = bufferPool(concurrency * 2, () => sink.buffer(bufferSize))
  const job = {
    ...{ sink, pool, open, clock, signal },
    moved(bytes: number) {
      done += bytes
      streams.moved(bytes)
      begin()
      onProgress?.({ done, total, before })
    },
    broke: () => streams.broke(),
  }
  const queue = plan.wanted
    .filter(({ digest }) => !resumed.whole.has(digest))
    .sort((a, b) => b.size - a.size || (a.digest < b.digest ? -1 : 1))
  const running = new Set<Promise<void>>()
  let failure: { readonly error: unknown } | undefined
  const begin = () => {
    while (failure === undefined && running.size < streams.wanted) {
      const blob = queue.shift()
      if (blob === undefined) return
      const one: Promise<void> = fetchBlob(blob, resumed.begun.get(blob.digest), job)
        .catch((error: unknown) => {
          failure ??= { error }
          stop(error)
        })
        .finally(() => running.delete(one))
      running.add(one)
    }
  }
  for (begin(); running.size > 0; begin()) await Promise.race(running)
  if (failure !== undefined) throw failure.error
}
