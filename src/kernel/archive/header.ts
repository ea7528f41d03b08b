import { Header } from 'tar/header'

/** Tar counts in blocks of this many bytes. */
export const blockSize = 512

/** What an archive of ours can hold. */
export type EntryKind = 'file' | 'folder'

/** Bytes that a body of `size` bytes takes up in the archive. */
export function paddedSize(size: number): number {
  return Math.ceil(size / blockSize) * blockSize
}

/**
 * The header of one entry: ustar, owner 0:0 without names, mode 0644 or 0755. A folder's name ends in `/`.
 * Sizes of 8 GiB and more are written in base 256, as GNU tar, Go's archive/tar and libarchive write and read
 * them. `mtimeSeconds` counts from 1970.
 * @throws RangeError when the name needs more than the 100 bytes of its field, or a number is out of range
 */
export function entryHeader(name: string, kind: EntryKind, size: number, mtimeSeconds: number): Buffer {
  if (Buffer.byteLength(name) > 99) throw new RangeError(`name too long for a tar header: ${name}`)
  // The 11 octal digits that the field has.
  if (!Number.isSafeInteger(mtimeSeconds) || mtimeSeconds < 0 || mtimeSeconds > 0o77777777777) {
    throw new RangeError(`not a time that a tar header can hold: ${mtimeSeconds}`)
  }
  const block = Buffer.alloc(blockSize)
  new Header({
    path: name,
    type: kind === 'file' ? 'File' : 'Directory',
    mode: kind === 'file' ? 0o644 : 0o755,
    uid: 0,
    gid: 0,
    size,
    mtime: new Date(mtimeSeconds * 1000),
  }).encode(block)
  return block
}
