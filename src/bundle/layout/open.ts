import { createHash } from 'node:crypto'
import { bytes as inUnits, SealiftError } from '../../kernel/errors/index.ts'
import { type Digest, digestOf, hexOf } from '../../kernel/oci/index.ts'
import type { BundleSource, Content } from '../../kernel/ports/index.ts'
import type { BundleLock } from '../lock/index.ts'
import { type AbsentLayer, baseMissing } from './absent.ts'
import type { CarriedAttachment, CarriedImage } from './carried-image.ts'
import { faultList, faultsError, malformed } from './fault.ts'
import { indexFile } from './layout.ts'
import type { BlobToPlace } from './place.ts'
import type { CarriedFile, CarriedTool } from './read-artifact.ts'
import type { CarriedChart } from './read-chart.ts'
import { changedBlob } from './reading.ts'
import { readStructure } from './structure.ts'
import { type BundleEntry, walkEntries } from './walk.ts'

/** An open bundle: everything small is read and checked, layers are not. */
export interface Bundle {
  /** Its identity: the digest of index.json. */
  readonly digest: Digest
  /** The bytes of index.json, from which everything else was read: what a signature is over. */
  readonly index: Uint8Array
  /** The file's bytes. */
  readonly size: number
  readonly images: readonly CarriedImage[]
  readonly charts: readonly CarriedChart[]
  /** What is attached to the images: signatures, attestations, SBOMs. */
  readonly attachments: readonly CarriedAttachment[]
  /** Every file of the Sealift artifact, tools included. */
  readonly files: readonly CarriedFile[]
  readonly tools: readonly CarriedTool[]
  readonly lock: BundleLock
  readonly specText: string
  /** What makes it a delta: layers that it leaves out, by digest. Empty for a full bundle. */
  readonly absent: readonly AbsentLayer[]
  /** What the full bundle's archive is made of, absent layers included. */
  readonly layout: {
    /** The bytes of index.json. */
    readonly index: Uint8Array
    readonly blobs: readonly BlobToPlace[]
    /** When it was made, in seconds since 1970 (SOURCE_DATE_EPOCH). */
    readonly mtime: number
  }
  /** Whether the file holds a blob, and of this size. */
  has(content: Content): boolean
  /** A whole blob, digest checked. @throws SealiftError BUNDLE_DAMAGED, BUNDLE_MALFORMED when larger than `limit` bytes */
  read(digest: Digest, limit: number): Promise<Uint8Array>
  /**
   * A blob's bytes in chunks of 1 MiB. @throws SealiftError BUNDLE_DAMAGED, after the last chunk, when they do not
   * match the digest: what was made of them must not be used
   */
  stream(digest: Digest): AsyncIterable<Uint8Array>
  /** A blob's bytes from an offset on, as they lie: who takes them hashes them. */
  bytes(digest: Digest, offset: number): AsyncIterable<Uint8Array>
}

const chunkSize = 1024 * 1024

/**
 * Opens a bundle and checks all of its form: headers, names, manifests, lock. The caller closes the source.
 * @throws SealiftError BUNDLE_MALFORMED or BUNDLE_DAMAGED, with every fault
 */
export async function openBundle(source: BundleSource): Promise<Bundle> {
  const found = faultList()
  const { report } = found
  const entries: BundleEntry[] = []
  for await (const entry of walkEntries(source, report)) entries.push(entry)
  const structure = await readStructure(source, entries, report)
  const { digest, index, artifact, images, charts, attachments, absent, owner } = structure
  const mtime = entries.find(({ name }) => name === indexFile)?.mtime
  const { faults } = found
  if (faults.length > 0 || digest === undefined || artifact === undefined) throw faultsError(faults)
  if (index === undefined || mtime === undefined) throw faultsError(faults)

  const blobs = new Map(entries.map(entry => [entry.digest, entry]))
  const find = (wanted: Digest): BundleEntry => {
    const entry = blobs.get(wanted)
    if (entry !== undefined) return entry
    const left = absent.filter(layer => layer.digest === wanted)
    if (left.length > 0) throw baseMissing(left, 'in the file', [])
    throw faultsError([malformed(`blob ${wanted}`, 'is not in the bundle')])
  }
  const changed = (wanted: Digest) => faultsError([changedBlob(wanted, owner(wanted) ?? 'the bundle')])
  return {
    digest,
    index,
    size: source.size,
    images,
    charts,
    attachments,
    ...artifact,
    absent,
    layout: { index, blobs: structure.blobs, mtime },
    has: ({ digest: wanted, size }) => blobs.get(wanted)?.size === size,
    async read(wanted, limit) {
      const { offset, size } = find(wanted)
      if (size > limit)
        throw new SealiftError('BUNDLE_MALFORMED', `blob ${wanted} is larger than ${inUnits(limit)}`)
      const bytes = await source.read(offset, size)
      if (digestOf(bytes) !== wanted) throw changed(wanted)
      return bytes
    },
    async *stream(wanted) {
      const hash = createHash('sha256')
      for await (const chunk of readChunks(source, find(wanted))) {
        hash.update(chunk)
        yield chunk
      }
      if (hash.digest('hex') !== hexOf(wanted)) throw changed(wanted)
    },
    bytes(wanted, from) {
      const { offset, size } = find(wanted)
      return readChunks(source, { offset: offset + from, size: size - from })
    },
  }
}

/** Bytes of a part of the source in chunks of 1 MiB, the next one being read while the last is used. */
async function* readChunks(
  source: BundleSource,
  { offset, size }: { readonly offset: number; readonly size: number },
): AsyncGenerator<Uint8Array> {
  const start = (at: number) => {
    const next = source.read(offset + at, Math.min(chunkSize, size - at))
    next.catch(() => {}) // Its error is thrown where it is awaited.
    return next
  }
  let next = size > 0 ? start(0) : undefined
  for (let at = 0; next !== undefined; ) {
    const chunk: Uint8Array = await next
    at += chunk.length
    next = at < size ? start(at) : undefined
    yield chunk
  }
}
