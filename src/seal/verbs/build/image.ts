import type { BundleImage } from '../../../bundle/layout/index.ts'
import type { LockedImage } from '../../../bundle/lock/index.ts'
import {
  type Digest,
  isIndexType,
  parseManifest,
  parseReference,
  type Reference,
} from '../../../kernel/oci/index.ts'
import type { Registry } from '../../../kernel/ports/index.ts'
import { atOnce, documentsBelow } from '../../resolve/index.ts'
import { holdToIndexes, holdToManifests } from './as-locked.ts'
import type { Open } from './open.ts'

// Requests for small things wait for the line, not for the machine.
const most = 8

/**
 * Fetches the manifests and indexes of an image for the `wanted` platforms, and notes where its blobs are to be had.
 * @throws SealiftError LOCK_DRIFT when it is not what the lock says, and those of the registry
 */
export async function gatherImage(
  image: LockedImage,
  wanted: readonly string[],
  registry: Registry,
  openers: Map<Digest, Open>,
  signal: AbortSignal,
): Promise<BundleImage> {
  const { name, digest, platforms } = image
  const { registry: host, repository } = parseReference(name) as Reference
  const place: Reference = { registry: host, repository }
  // An image that is no index has its own digest for every platform.
  const locked = new Set([digest, ...wanted.flatMap(platform => platforms[platform]?.manifest ?? [])])
  const [served, ...below] = await atOnce([...locked], most, wantedDigest =>
    registry.manifest({ ...place, digest: wantedDigest }, signal),
  )
  if (served === undefined) throw new Error(`no manifest of ${name}`)
  const isIndex = isIndexType(served.descriptor.mediaType)
  const carried = isIndex ? below : [served]
  const parsed = new Map(carried.map(one => [one.descriptor.digest, parseManifest(one.bytes, name)]))
  holdToManifests(image, wanted, parsed)
  for (const { config, layers } of parsed.values()) {
    for (const blob of [config, ...layers])
      openers.set(blob.digest, options => registry.blob(place, blob, options))
  }
  const others = isIndex
    ? await documentsBelow({ place, bytes: served.bytes, platforms: wanted, known: locked, registry, signal })
    : []
  const [indexes, documents] = [true, false].map(nested =>
    others.filter(one => isIndexType(one.descriptor.mediaType) === nested).map(({ bytes }) => bytes),
  )
  holdToIndexes(image, wanted, isIndex ? [served.bytes, ...(indexes ?? [])] : [])
  const manifests = [served, ...below].map(({ bytes }) => bytes)
  return {
    name,
    root: served.descriptor,
    manifests: [...manifests, ...(indexes ?? [])],
    documents: documents ?? [],
  }
}
