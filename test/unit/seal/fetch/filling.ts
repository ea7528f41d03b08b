/** A sample bundle that is filled, sources that serve its blobs, and sinks that watch what is written. */

import type { WantedBlob } from '../../../../src/bundle/layout/index.ts'
import type { BundleSink } from '../../../../src/kernel/ports/index.ts'
import { type FillOptions, fillBundle } from '../../../../src/seal/fetch/index.ts'
import { type Leftover, memorySink, writingWith } from '../../../support/memory-files.ts'
import { type SampleBundle, sampleBundle } from '../../../support/sample-bundle.ts'

export type Open = FillOptions['open']

export const sample = sampleBundle({ layers: 4, layerSize: 700_000 })
export const largest = sample.plan.wanted.reduce((a, b) => (b.size > a.size ? b : a))
export const total = sample.plan.wanted.reduce((sum, blob) => sum + blob.size, 0)

/** A clock that waits for nothing. */
export const instant = { now: () => 0, sleep: async () => {} }

/** Lets this many turns of the event loop pass. */
export async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await new Promise(setImmediate)
}

/** Serves blobs in chunks of `chunk` bytes, each after a turn of the event loop. */
export function serve(
  { blobs }: SampleBundle,
  chunk = 50_000,
  change?: (bytes: Uint8Array, blob: WantedBlob) => Uint8Array,
): Open {
  return async function* (blob, { offset, signal }) {
    const bytes = blobs.get(blob.digest) ?? new Uint8Array()
    const body = (change?.(bytes, blob) ?? bytes).subarray(offset)
    for (let at = 0; at < body.length; at += chunk) {
      await turns(1)
      signal.throwIfAborted()
      yield body.subarray(at, at + chunk)
    }
  }
}

/** The source, and how many of its streams were begun and are open. */
export function counted(source: Open) {
  const count = { begun: 0, open: 0 }
  const watched: Open = async function* (blob, options) {
    count.open++
    try {
      yield* source(blob, options)
    } finally {
      count.open--
    }
  }
  const open: Open = (blob, options) => {
    count.begun++
    return watched(blob, options)
  }
  return { open, count }
}

/** A sink whose writes go through `write`, which has the real one at hand. */
export function sinkWith(
  write: (chunk: Uint8Array, offset: number, real: BundleSink['write']) => Promise<void>,
  done: (bytes: Uint8Array) => void = () => {},
): BundleSink {
  const left: Leftover = { bytes: new Uint8Array(), notes: [] }
  const sink = memorySink(done, Number.POSITIVE_INFINITY, left)
  return writingWith(sink, left, (chunk, offset) => write(chunk, offset, sink.write))
}

/** Fills the sample through `open`; gives the committed file. */
export async function fill(open: Open, options: Partial<FillOptions> = {}): Promise<Uint8Array> {
  let file: Uint8Array = new Uint8Array()
  const sink = options.sink ?? memorySink(bytes => (file = bytes))
  await fillBundle({ plan: sample.plan, sink, open, clock: instant, concurrency: 3, ...options })
  await sink.commit()
  return file
}
