import { createHash } from 'node:crypto'
import { SealiftError } from '../errors/index.ts'
import type { BundleLock } from '../lock/index.ts'
import { type Digest, digestOf, hexOf } from '../oci/index.ts'
import type { BundleSource } from '../ports/index.ts'
import { faultList, faultsError, malformed } from './fault.ts'
import type { CarriedFile, CarriedTool } from './read-artifact.ts'
import type { CarriedChart } from './read-chart.ts'
import type { CarriedImage } from './read-image.ts'
import { changedBlob } from './reading.ts'
import { readStructure } from './structure.ts'
import { type BundleEntry, walkEntries } from './walk.ts'

/** An open bundle: everything small is read and checked, layers are not. */
export interface Bundle {
  /** Its identity: the digest of index.json. */
  readonly digest: Digest
  /** The file's bytes. */
  readonly size: number
  readonly images: readonly CarriedImage[]
  readonly charts: readonly CarriedChart[]
  /** Every file of the Sealift artifact, tools included. */
  readonly files: readonly CarriedFile[]
  readonly tools: readonly CarriedTool[]
  readonly lock: BundleLock
  readonly specText: string
  /** A whole blob, digest checked. @throws SealiftError BUNDLE_DAMAGED, BUNDLE_MALFORMED when larger than `limit` bytes */
  read(digest: Digest, limit: number): Promise<Uint8Array>
  /**
   * A blob's bytes in chunks of 1 MiB. @throws SealiftError BUNDLE_DAMAGED, after the last chunk, when they do not
   * match the digest: what was made of them must not be used
   */
  stream(digest: Digest): AsyncIterable<Uint8Array>
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
  const { digest, artifact, images, charts, owner } = await readStructure(source, entries, report)
  const { faults } = found
  if (faults.length > 0 || digest === undefined || artifact === undefined) throw faultsError(faults)

  const blobs = new Map(entries.map(entry => [entry.digest, entry]))
  const find = (wanted: Digest): BundleEntry => {
    const entry = blobs.get(wanted)
    if (entry === undefined) throw faultsError([malformed(`blob ${wanted}`, 'is not in the bundle')])
    return entry
  }
  const changed = (wanted: Digest) => faultsError([changedBlob(wanted, owner(wanted) ?? 'the bundle')])
  return {
    digest,
    size: source.size,
    images,
    charts,
    ...artifact,
    async read(wanted, limit) {
      const { offset, size } = find(wanted)
      if (size > limit)
        throw new SealiftError('BUNDLE_MALFORMED', `blob ${wanted} is larger than ${limit} bytes`)
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
  }
}

/** Bytes of a part of the source in chunks of 1 MiB, the next one being read while the last is used. */
export async function* readChunks(
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
