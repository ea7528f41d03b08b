import { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { Parser } from 'tar/parse'
import { SealiftError } from '../errors/index.ts'
import { newWalk, type PackageLimits, walked } from './walk.ts'

/** An entry of an archive, without its content. */
export interface ArchiveEntry {
  /** As it stands in the archive, without `./` before it and `/` behind. */
  readonly path: string
  readonly folder: boolean
}

/**
 * What is in an image's layer (tar, alone, in gzip or in zstd), in its order: read over piece by piece, nothing is kept.
 * @throws SealiftError CONTENT_MISMATCH when it is none of these, is cut short, or is larger than the limits; what `packed`
 * throws
 */
export async function* entriesOf(
  packed: AsyncIterable<Uint8Array>,
  limits: PackageLimits,
): AsyncGenerator<ArchiveEntry> {
  const walk = newWalk<ArchiveEntry>()
  const parser = new Parser({
    // The parser unpacks an archive that is packed twice, past all limits; this makes it refuse to.
    maxDecompressionRatio: 0,
    filter: (path, entry) => {
      walk.entries += 1
      walk.found.push({
        path: bare(path),
        folder: 'type' in entry && (entry.type === 'Directory' || entry.type === 'GNUDumpDir'),
      })
      return false
    },
  })
  parser.on('warn', (code, message) => {
    if (code === 'TAR_ENTRY_INVALID' || code === 'TAR_BAD_ARCHIVE')
      walk.broken.push(new Error(String(message)))
  })
  try {
    yield* walked(parser, unpacked(packed), limits, walk)
  } catch (error) {
    if (error instanceof SealiftError) throw error
    throw new SealiftError('CONTENT_MISMATCH', `not a readable layer: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

/** By hand: a pattern for slashes at the end looks at those in the middle again and again, and names may be a megabyte. */
function bare(path: string): string {
  const below = path.replace(/^(?:\.?\/)+/, '')
  let end = below.length
  while (end > 0 && below[end - 1] === '/') end -= 1
  return below.slice(0, end)
}

/** By its first bytes: gzip (RFC 1952), zstd (RFC 8878), or as it stands. */
async function* unpacked(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = packed[Symbol.asyncIterator]()
  const first = await pieces.next()
  if (first.done === true) throw new Error('it is empty')
  const whole = async function* () {
    yield first.value
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value
  }
  const unpacker = unpackerOf(first.value)
  if (unpacker === undefined) return yield* whole()
  const source = Readable.from(whole(), { objectMode: false })
  source.on('error', error => unpacker.destroy(error))
  try {
    yield* source.pipe(unpacker)
  } finally {
    source.destroy()
    unpacker.destroy()
  }
}

function unpackerOf(first: Uint8Array) {
  const magic = Buffer.from(first.subarray(0, 4)).toString('hex')
  // Node's 16 KiB at a time would make very many small pieces of an image.
  const chunkSize = 512 * 1024
  if (magic.startsWith('1f8b')) return createGunzip({ chunkSize })
  return magic === '28b52ffd' ? createZstdDecompress({ chunkSize }) : undefined
}
