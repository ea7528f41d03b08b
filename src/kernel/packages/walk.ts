import type { Parser } from 'tar/parse'
import { bytes as inUnits } from '../errors/index.ts'

/** How much of a package is read before it counts as hostile. */
export interface PackageLimits {
  /** Entries of any kind. */
  readonly entries: number
  /** Unpacked bytes, headers included. */
  readonly bytes: number
}

/** What a parser has met so far; its listeners write it. */
export interface Walk<T> {
  /** Headers that are not entries are counted by the walk itself. */
  entries: number
  /** What is to be given next. */
  found: T[]
  readonly broken: unknown[]
}

/** A walk that has met nothing yet. */
export const newWalk = <T>(): Walk<T> => ({ entries: 0, found: [], broken: [] })

/**
 * Feeds a parser of tar piece by piece, and gives what it has found after each. @throws Error when the archive is broken, or
 * larger than the limits; what `unpacked` throws
 */
export async function* walked<T>(
  parser: Parser,
  unpacked: AsyncIterable<Uint8Array>,
  limits: PackageLimits,
  walk: Walk<T>,
): AsyncGenerator<T> {
  let [bytes, ended] = [0, false]
  parser.on('meta', () => {
    walk.entries += 1
  })
  parser.on('eof', () => {
    ended = true
  })
  parser.on('error', error => walk.broken.push(error))
  for await (const chunk of unpacked) {
    bytes += chunk.length
    if (bytes > limits.bytes) throw new Error(`it unpacks to more than ${inUnits(limits.bytes)}`)
    // What follows the end the parser would copy again with every chunk.
    if (!ended) parser.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
    if (walk.entries > limits.entries) throw new Error(`it has more than ${limits.entries} entries`)
    if (walk.broken.length > 0) throw walk.broken[0]
    const ready = walk.found
    walk.found = []
    yield* ready
  }
  parser.end()
  if (walk.broken.length > 0) throw walk.broken[0]
  yield* walk.found
}
