import { createHash } from 'node:crypto'
import { blockSize, entryHeader, paddedSize } from '../../kernel/archive/index.ts'
import { bytes as inUnits, SealiftError } from '../../kernel/errors/index.ts'
import type { Bytes } from '../wire/index.ts'
import { entries, mostOf, partName, partSize } from './format.ts'

/** An entry that is whole in memory. */
export interface Entry {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Bytes of a piece of an entry: whoever encrypts it holds as much again. */
const pieceSize = 64 * 1024

/**
 * An archive: a tar (ustar) of the entries before the dump, the dump in parts, and the sha256 of each of them, in lines such as
 * `sha256sum -c` reads. `seconds` is the time of all entries, since 1970. Holds no more than one part in memory, and a piece
 * of it until the next one is asked for.
 * @throws SealiftError BACKUP_FAILED where an entry is larger than a restore takes
 */
export async function* archive(before: readonly Entry[], dump: Bytes, seconds: number): Bytes {
  const sums: string[] = []
  const written = function* ({ name, bytes }: Entry) {
    yield entryHeader(name, 'file', bytes.length, seconds)
    const hash = createHash('sha256')
    for (let at = 0; at < bytes.length; at += pieceSize) {
      const piece = bytes.subarray(at, at + pieceSize)
      hash.update(piece)
      yield piece
    }
    sums.push(`${hash.digest('hex')}  ${name}\n`)
    yield new Uint8Array(paddedSize(bytes.length) - bytes.length)
  }
  for (const entry of before) {
    requireReadable(entry)
    yield* written(entry)
  }
  yield* inParts(dump, (n, bytes) => written({ name: partName(n), bytes }))
  yield* written({ name: entries.sums, bytes: Buffer.from(sums.join('')) })
  yield new Uint8Array(2 * blockSize)
}

/** What nobody could read again is never written: older archives go for it. */
function requireReadable({ name, bytes }: Entry): void {
  const most = mostOf(name)
  if (bytes.length <= most) return
  throw new SealiftError(
    'BACKUP_FAILED',
    `${name} would have ${inUnits(bytes.length)}, and a restore takes ${inUnits(most)} of it`,
    { hints: ['look for what makes so many objects: kubectl get externalsecrets,pushsecrets -A'] },
  )
}

/**
 * The dump in entries of the size of a part. An entry begins with its size, so that all of it is held before any of it is
 * given; then each piece that is given makes room for as much of the next part. Were a part given at one go, the
 * connection that the dump comes by would stand still with what it has read, which V8 then takes for lasting: some
 * buffers of each part would be kept until it marks the whole heap.
 */
async function* inParts(
  dump: Bytes,
  written: (n: number, bytes: Uint8Array) => Generator<Uint8Array, void>,
): Bytes {
  const held = Buffer.allocUnsafeSlow(partSize)
  let filled = 0
  let n = 0
  let part: Generator<Uint8Array, void> | undefined
  const next = function* () {
    const piece = part?.next()
    if (piece && !piece.done) yield piece.value
  }
  for await (const some of dump) {
    for (let at = 0; at < some.length; ) {
      const inPiece = filled % pieceSize
      // The one that lies where this comes to.
      if (inPiece === 0) yield* next()
      const taken = Math.min(some.length - at, pieceSize - inPiece)
      held.set(some.subarray(at, at + taken), filled)
      filled += taken
      at += taken
      if (filled < partSize) continue
      if (part !== undefined) yield* part
      filled = 0
      n += 1
      part = written(n, held)
      yield* next()
    }
  }
  if (part !== undefined) yield* part
  if (filled > 0) yield* written(n + 1, held.subarray(0, filled))
}
