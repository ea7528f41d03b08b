import type { FillPlan } from '../../bundle/layout/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { type Digest, hexOf } from '../../kernel/oci/index.ts'
import type { BlobSink, BundleSink, Progress } from '../../kernel/ports/index.ts'
import { type Kept, readNotes } from './journal.ts'

/** A blob's first bytes, in place already, and the sink that goes on after them. */
export interface Begun {
  readonly bytes: number
  readonly sink: BlobSink
}

/** What of a plan an interrupted run has done, read again and hashed: whole blobs, and the beginnings of others. */
export interface Resumed {
  readonly whole: ReadonlySet<Digest>
  readonly begun: ReadonlyMap<Digest, Begun>
  /** Bytes that need not be fetched again. */
  readonly bytes: number
}

const atOnce = 16 * 1024 * 1024
const nothing: Resumed = { whole: new Set(), begun: new Map(), bytes: 0 }

/** Whether a sink holds the beginning of this very plan, of another one, or nothing. */
export function keptOf(sink: BundleSink, plan: FillPlan): Kept | 'another' | undefined {
  if (sink.notes.length === 0) return undefined
  return readNotes(sink.notes, plan) ?? 'another'
}

/**
 * Reads again what notes say is there. A whole blob counts when its digest is right; a beginning is hashed, so that
 * its blob's digest, once the rest has come, speaks for it too. @throws SealiftError INTERRUPTED, FILE_FAILED
 */
export async function checkKept(
  kept: Kept,
  { wanted }: FillPlan,
  sink: BundleSink,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<Resumed> {
  const total = [...kept.values()].reduce((sum, bytes) => sum + bytes, 0)
  if (total === 0) return nothing
  const whole = new Set<Digest>()
  const begun = new Map<Digest, Begun>()
  let done = 0
  let bytes = 0
  for (const blob of wanted) {
    const there = kept.get(blob.digest) ?? 0
    if (there === 0) continue
    const place = sink.blob(blob.offset)
    for (let at = 0; at < there; at += atOnce) {
      if (signal.aborted) throw new SealiftError('INTERRUPTED', 'interrupted while reading what was there')
      await place.resume(Math.min(atOnce, there - at))
      onProgress({ done: done + Math.min(at + atOnce, there), total })
    }
    done += there
    if (there < blob.size) begun.set(blob.digest, { bytes: there, sink: place })
    else if ((await place.digest()) === hexOf(blob.digest)) whole.add(blob.digest)
    else continue
    bytes += there
  }
  return { whole, begun, bytes }
}
