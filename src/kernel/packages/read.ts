import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Parser } from 'tar/parse'
import type { ReadEntry } from 'tar/read-entry'
import { SealiftError } from '../errors/index.ts'
import { newWalk, type PackageLimits, walked } from './walk.ts'

/** What a Helm chart may unpack to. */
const chartLimits: PackageLimits = { entries: 5000, bytes: 256 * 1024 * 1024 }

/**
 * Reads regular files out of a packed chart or a released tool (.tar.gz) in memory, never to disk. Links,
 * devices and names that leave the package are passed over.
 * @param wanted which paths to keep; the others are read over
 * @throws SealiftError CONTENT_MISMATCH when it is no .tar.gz, is cut short, or is larger than the limits
 */
export async function readPackage(
  packed: AsyncIterable<Uint8Array> | Uint8Array,
  wanted: (path: string) => boolean,
  limits: PackageLimits = chartLimits,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array[]>()
  for await (const { path, first, bytes } of piecesOf(packed, wanted, limits)) {
    if (first) files.set(path, [])
    files.get(path)?.push(bytes)
  }
  return new Map([...files].map(([path, pieces]) => [path, Buffer.concat(pieces)]))
}

/** Bytes of a file in a package. */
export interface PackagePiece {
  readonly path: string
  /** Whether the file begins with them; a later file of the same path takes its place. */
  readonly first: boolean
  readonly bytes: Uint8Array
}

/**
 * The same piece by piece, as they are unpacked: what is large need not be in memory. The last piece of a file is known to
 * be it when the next one's first comes, or the end.
 * @throws SealiftError CONTENT_MISMATCH as {@link readPackage}, after pieces that must not be used then
 */
export async function* piecesOf(
  packed: AsyncIterable<Uint8Array> | Uint8Array,
  wanted: (path: string) => boolean,
  limits: PackageLimits = chartLimits,
): AsyncGenerator<PackagePiece> {
  const walk = newWalk<PackagePiece>()
  const parser = new Parser({
    strict: true,
    // The parser unpacks an archive that is packed twice, past all limits; this makes it refuse to.
    maxDecompressionRatio: 0,
    onReadEntry: entry => {
      walk.entries += 1
      const path = entry.path.replace(/^\.\//, '')
      if ((entry.type === 'File' || entry.type === 'OldFile') && isBelow(path) && wanted(path))
        collect(entry, path, piece => walk.found.push(piece))
      else entry.resume()
    },
  })
  const source = Readable.from(packed instanceof Uint8Array ? [packed] : packed, { objectMode: false })
  // Node's 16 KiB at a time would make thousands of small pieces of a program of 60 MB.
  const gunzip = createGunzip({ chunkSize: 512 * 1024 })
  source.on('error', error => gunzip.destroy(error))
  try {
    yield* walked(parser, source.pipe(gunzip), limits, walk)
    if (walk.entries === 0) throw new Error('it has no entries')
  } catch (error) {
    if (error instanceof SealiftError) throw error
    throw new SealiftError('CONTENT_MISMATCH', `not a readable .tar.gz: ${(error as Error).message}`, {
      cause: error,
    })
  } finally {
    source.destroy()
    gunzip.destroy()
  }
}

function collect(entry: ReadEntry, path: string, add: (piece: PackagePiece) => void): void {
  add({ path, first: true, bytes: new Uint8Array() })
  entry.on('data', (bytes: Buffer) => add({ path, first: false, bytes }))
}

function isBelow(path: string): boolean {
  return !path.startsWith('/') && !path.split(/[\\/]/).includes('..')
}
