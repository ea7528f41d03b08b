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

/**
 * An archive: a tar (ustar) of the entries before the dump, the dump in parts, and the sha256 of each of them, in lines such as
 * `sha256sum -c` reads. `seconds` is the time of all entries, since 1970. Holds no more than one part in memory.
 * @throws SealiftError BACKUP_FAILED where an entry is larger than a restore takes
 */
export async function* archive(before: readonly Entry[], dump: Bytes, seconds: number): Bytes {
  const sums: string[] = []
  const written = function* ({ name, bytes }: Entry) {
    sums.push(`${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`)
    yield* entryBlocks({ name, bytes }, seconds)
  }
  for (const entry of before) {
    requireReadable(entry)
    yield* written(entry)
  }
  let n = 0
  for await (const bytes of parts(dump)) yield* written({ name: partName(++n), bytes })
  yield* entryBlocks({ name: entries.sums, bytes: Buffer.from(sums.join('')) }, seconds)
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

function* entryBlocks({ name, bytes }: Entry, seconds: number): Generator<Uint8Array> {
  yield entryHeader(name, 'file', bytes.length, seconds)
  // In pieces: whoever encrypts them holds as much again.
  for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024)
  yield new Uint8Array(paddedSize(bytes.length) - bytes.length)
}

/**
 * The same bytes in pieces of the size of a part, out of two buffers in turn: one for each part would be garbage of a
 * hundred megabytes before V8 looks for it. A piece holds until the next but one is asked for.
 */
async function* parts(bytes: Bytes): Bytes {
  const buffers = [Buffer.allocUnsafeSlow(partSize), Buffer.allocUnsafeSlow(partSize)] as const
  let part: Buffer = buffers[0]
  let filled = 0
  for await (const some of bytes) {
    for (let at = 0; at < some.length; ) {
      const taken = Math.min(some.length - at, partSize - filled)
      part.set(some.subarray(at, at + taken), filled)
      filled += taken
      at += taken
      if (filled < partSize) continue
      yield part
      part = part === buffers[0] ? buffers[1] : buffers[0]
      filled = 0
    }
  }
  if (filled > 0) yield part.subarray(0, filled)
}
