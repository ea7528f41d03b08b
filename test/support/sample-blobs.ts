/** Blobs made in memory: kept by digest, and put together from bytes that look random and are always the same. */
import { createCipheriv, createHash } from 'node:crypto'
import { entryHeader, paddedSize } from '../../src/kernel/archive/index.ts'
import { type Descriptor, type Digest, digestOf } from '../../src/kernel/oci/index.ts'

/** Blobs by digest, and the way to add one. */
export interface BlobStore {
  readonly blobs: ReadonlyMap<Digest, Uint8Array>
  store(content: Uint8Array | string, mediaType: string): Descriptor
  bytesOf(descriptor: Descriptor): Uint8Array
}

/** A store that begins empty. */
export function blobStore(): BlobStore {
  const blobs = new Map<Digest, Uint8Array>()
  return {
    blobs,
    store(content, mediaType) {
      const bytes = Buffer.from(content)
      const digest = digestOf(bytes)
      blobs.set(digest, bytes)
      return { mediaType, digest, size: bytes.length }
    },
    bytesOf: ({ digest }) => blobs.get(digest) ?? new Uint8Array(),
  }
}

/** Bytes that look random and are the same for one seed. */
export function randomBytesOf(seed: string, size: number): Buffer {
  const key = createHash('md5').update(seed).digest()
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size))
}

/** An uncompressed tar with these files. */
export function tarOf(files: Readonly<Record<string, Uint8Array | string>>): Buffer {
  const parts = Object.entries(files).flatMap(([name, content]) => {
    const body = Buffer.from(content)
    const padding = Buffer.alloc(paddedSize(body.length) - body.length)
    return [entryHeader(name, 'file', body.length, 0), body, padding]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}
