import { blockSize, entryHeader, paddedSize } from '../../kernel/archive/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Digest } from '../../kernel/oci/index.ts'
import { blobName, folders, indexFile, layoutContent, layoutFile } from './layout.ts'

/** A blob that goes into an archive; `small` ones (manifests and configs) come before the others. */
export interface BlobToPlace {
  readonly digest: Digest
  readonly size: number
  readonly small: boolean
}

/** One entry at its place: header at `offset`, body `blockSize` further on, then zeros to the next block. */
export interface PlacedEntry {
  readonly offset: number
  readonly header: Uint8Array
  readonly size: number
  /** The body: bytes at hand, or the blob that it is. */
  readonly body: Uint8Array | Digest
}

/** The two blocks of zeros that end an archive. */
export const endSize = 2 * blockSize

/** Bytes that an entry with a body of `size` bytes takes up. */
export function entrySize(size: number): number {
  return blockSize + paddedSize(size)
}

/**
 * Gives every entry of an OCI layout its place: the layout file, index.json, the folders, small blobs by
 * digest, the rest by digest, and the end. `size` is the whole archive's.
 */
export function placeEntries(
  index: Uint8Array,
  blobs: readonly BlobToPlace[],
  mtimeSeconds: number,
): { readonly size: number; readonly entries: PlacedEntry[] } {
  const entries: PlacedEntry[] = []
  let offset = 0
  const place = (name: string, kind: 'file' | 'folder', size: number, body: Uint8Array | Digest) => {
    entries.push({ offset, header: entryHeader(name, kind, size, mtimeSeconds), size, body })
    offset += entrySize(size)
  }
  place(layoutFile, 'file', layoutContent.length, layoutContent)
  place(indexFile, 'file', index.length, index)
  for (const folder of folders) place(folder, 'folder', 0, new Uint8Array())
  for (const { digest, size } of ordered(blobs)) place(blobName(digest), 'file', size, digest)
  return { size: offset + endSize, entries }
}

/** Each blob once, in the archive's order. @throws SealiftError CONTENT_MISMATCH when one digest has two sizes */
function ordered(blobs: readonly BlobToPlace[]): BlobToPlace[] {
  const once = new Map<Digest, BlobToPlace>()
  for (const blob of blobs) {
    const known = once.get(blob.digest)
    if (known !== undefined && known.size !== blob.size) {
      const sizes = `${known.size} and ${blob.size} bytes`
      throw new SealiftError('CONTENT_MISMATCH', `blob ${blob.digest} is said to have two sizes: ${sizes}`)
    }
    once.set(blob.digest, { ...blob, small: blob.small || (known?.small ?? false) })
  }
  return [...once.values()].sort(
    (a, b) => Number(b.small) - Number(a.small) || (a.digest < b.digest ? -1 : 1),
  )
}
