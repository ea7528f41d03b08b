import type { FillPlan } from '../../bundle/layout/index.ts'

/** The zeros of a plan: what neither its pieces nor its blobs cover, some hundred bytes each. */
export function* gapsOf({ size, pieces, wanted }: FillPlan): Generator<FillPlan['pieces'][number]> {
  const covered = [
    ...pieces.map(({ offset, bytes }) => ({ offset, end: offset + bytes.length })),
    ...wanted.map(blob => ({ offset: blob.offset, end: blob.offset + blob.size })),
  ].sort((a, b) => a.offset - b.offset)
  let at = 0
  for (const { offset, end } of [...covered, { offset: size, end: size }]) {
    if (offset > at) yield { offset: at, bytes: new Uint8Array(offset - at) }
    at = Math.max(at, end)
  }
}
