import { Header } from 'tar/header'
import { messageOf } from '../errors/index.ts'
import { blockSize, entryHeader } from './header.ts'

/**
 * What a header block says: an entry; `end` for a block of zeros; or a fault. A fault comes with name and size
 * when the block is a sound header of something that is refused: the reader can step over it.
 */
export type HeaderReading =
  | {
      readonly kind: 'file' | 'folder'
      readonly name: string
      readonly size: number
      /** Seconds since 1970. */
      readonly mtime: number
    }
  | { readonly kind: 'end' }
  | { readonly kind: 'fault'; readonly message: string; readonly name?: string; readonly size?: number }

// Types that are refused by name; POSIX ustar and pax, GNU tar manual "Basic Tar Format".
const refused: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a pipe',
  g: 'a pax header',
  x: 'a pax header',
  L: 'a GNU long name',
  K: 'a GNU long link',
  S: 'a sparse file',
}

/** Reads one header block strictly: only what {@link entryHeader} writes, bit for bit, is an entry. */
export function readHeader(bytes: Uint8Array): HeaderReading {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, blockSize)
  if (block.every(byte => byte === 0)) return { kind: 'end' }
  let header: Header
  try {
    header = new Header(block)
  } catch (error) {
    return { kind: 'fault', message: `no tar header: ${messageOf(error)}` }
  }
  const { path: name, size, mtime } = header
  if (!header.cksumValid) return { kind: 'fault', message: 'the header does not match its checksum' }
  if (name === undefined || size === undefined || !Number.isSafeInteger(size)) {
    return { kind: 'fault', message: 'the header has no name or no size' }
  }
  const type = String.fromCharCode(block[156] ?? 0)
  if (type !== '0' && type !== '5') {
    const what = refused[type] ?? 'neither a regular file nor a folder'
    return { kind: 'fault', message: `is ${what}`, name, size }
  }
  const kind = type === '0' ? 'file' : 'folder'
  const sound = mtime !== undefined && isOurs(block, name, kind, size, mtime.getTime() / 1000)
  if (!sound) return { kind: 'fault', message: 'has a header that Sealift does not write', name, size }
  return { kind, name, size, mtime: mtime.getTime() / 1000 }
}

// Writing the header again is the whole check of prefix, link name, owners, mode, magic and number forms.
function isOurs(block: Buffer, name: string, kind: 'file' | 'folder', size: number, mtime: number): boolean {
  try {
    return entryHeader(name, kind, size, mtime).equals(block)
  } catch {
    return false
  }
}
