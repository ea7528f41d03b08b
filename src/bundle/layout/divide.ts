import { blockSize } from '../../kernel/archive/index.ts'
import { type Digest, isDigest } from '../../kernel/oci/index.ts'
import type { FillPlan, Piece } from './fill-plan.ts'
import type { PlacedEntry } from './place.ts'

// Bodies above this many bytes stay pieces of their own instead of being copied into a larger one.
const copyLimit = 1024 * 1024

/** Divides an archive's entries into bytes at hand, joined where they touch, and blobs to be fetched. */
export function divide(
  entries: readonly PlacedEntry[],
  atHand: ReadonlyMap<Digest, Uint8Array>,
): Pick<FillPlan, 'pieces' | 'wanted'> {
  const pieces: Piece[] = []
  const wanted: FillPlan['wanted'][number][] = []
  for (const { offset, header, size, body } of entries) {
    const at = offset + blockSize
    pieces.push({ offset, bytes: header })
    const bytes = isDigest(body) ? atHand.get(body) : body
    if (bytes !== undefined) pieces.push({ offset: at, bytes })
    else if (isDigest(body)) wanted.push({ digest: body, size, offset: at })
  }
  return { pieces: joined(pieces), wanted }
}

/** Joins pieces that follow each other, the zeros that fill up a block included. */
function joined(pieces: readonly Piece[]): Piece[] {
  const runs: Piece[][] = []
  let end = -blockSize
  for (const piece of pieces) {
    const run = runs.at(-1)
    const near = piece.offset - end < blockSize && piece.bytes.length <= copyLimit
    if (run !== undefined && near && run.every(({ bytes }) => bytes.length <= copyLimit)) run.push(piece)
    else runs.push([piece])
    end = piece.offset + piece.bytes.length
  }
  return runs.map(join)
}

function join(run: readonly Piece[]): Piece {
  const [first, last] = [run[0], run.at(-1)]
  if (first === undefined || last === undefined || run.length === 1)
    return first ?? { offset: 0, bytes: new Uint8Array() }
  const bytes = new Uint8Array(last.offset + last.bytes.length - first.offset)
  for (const piece of run) bytes.set(piece.bytes, piece.offset - first.offset)
  return { offset: first.offset, bytes }
}
