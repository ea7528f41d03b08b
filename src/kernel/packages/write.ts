import { crc32 } from 'node:zlib'
import { Header } from 'tar/header'
import { Pax } from 'tar/pax'

/** One file to pack. */
export interface PackedFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/**
 * Packs files as a .tar.gz that is the same on every machine: sorted by path, time 0, owner 0, mode 0644.
 * The gzip part (RFC 1952) stores without compressing, because what a compressor writes differs between
 * builds of zlib and processors.
 */
export function writePackage(files: readonly PackedFile[]): Uint8Array {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  const tar = sorted.flatMap(({ path, bytes }) => [
    headerOf(path, bytes.length),
    bytes,
    padding(bytes.length),
  ])
  return storedGzip(Buffer.concat([...tar, Buffer.alloc(1024)]))
}

function headerOf(path: string, size: number): Uint8Array {
  const fields = { path, size, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0), type: 'File' as const }
  const block = Buffer.alloc(512)
  const header = new Header(fields)
  const long = header.encode(block)
  return long ? Buffer.concat([new Pax({ path, mode: 0o644, mtime: new Date(0) }).encode(), block]) : block
}

const padding = (size: number): Uint8Array => Buffer.alloc((512 - (size % 512)) % 512)

/** Deflate "stored" blocks (RFC 1951, 3.2.4) of at most 65535 bytes within a gzip frame without name and time. */
function storedGzip(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])]
  for (let offset = 0; offset < data.length; offset += 65535) {
    const block = data.subarray(offset, offset + 65535)
    const head = Buffer.alloc(5)
    head.writeUInt8(offset + block.length >= data.length ? 1 : 0)
    head.writeUInt16LE(block.length, 1)
    head.writeUInt16LE(block.length ^ 0xffff, 3)
    parts.push(head, block)
  }
  const tail = Buffer.alloc(8)
  tail.writeUInt32LE(crc32(data))
  tail.writeUInt32LE(data.length >>> 0, 4)
  return Buffer.concat([...parts, tail])
}
