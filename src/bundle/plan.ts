import type { FillPlan } from '../fetch/index.ts'
import { canonicalJson, type Digest, digestOf, mediaTypes, parseManifest } from '../oci/index.ts'
import type { Content } from '../ports/index.ts'
import type { BundleContents } from './contents.ts'
import { divide } from './divide.ts'
import { artifactEntry, artifactManifest, chartEntry, emptyConfig, imageEntry } from './entries.ts'
import { carriedManifests } from './images.ts'
import { type BlobToPlace, placeEntries } from './place.ts'

/** A whole bundle before its first byte is moved: final size, identity, bytes at hand, blobs to fetch. */
export interface BundlePlan extends FillPlan {
  /** The bundle's identity: the digest of index.json. */
  readonly indexDigest: Digest
  /** The bytes of index.json: what a signature is over. */
  readonly index: Uint8Array
}

/**
 * Computes a bundle from what it holds: the same contents and time give the same plan, in whatever order they
 * are given. `mtimeSeconds` (SOURCE_DATE_EPOCH) stands in every entry.
 * @throws SealiftError SPEC_INVALID for a name that a node could not use, CONTENT_MISMATCH for manifests that
 * do not fit together, or one digest with two sizes
 */
export function planBundle(contents: BundleContents, mtimeSeconds: number): BundlePlan {
  const atHand = new Map<Digest, Uint8Array>()
  const blobs: BlobToPlace[] = []
  const have = (bytes: Uint8Array) => atHand.set(digestOf(bytes), bytes)
  const place = ({ digest, size }: Content, small: boolean) => blobs.push({ digest, size, small })
  const placeBytes = (bytes: Uint8Array) => {
    have(bytes)
    place({ digest: digestOf(bytes), size: bytes.length }, true)
  }
  const placeManifest = (bytes: Uint8Array, what: string) => {
    const { config, layers } = parseManifest(bytes, what)
    placeBytes(bytes)
    place(config, true)
    for (const layer of layers) place(layer, false)
  }

  for (const image of contents.images) {
    const { indexes, manifests } = carriedManifests(image)
    for (const bytes of indexes) placeBytes(bytes)
    for (const bytes of manifests) placeManifest(bytes, image.name)
  }
  for (const { name, manifest } of contents.charts) placeManifest(manifest, `chart ${name}`)
  const artifact = Buffer.from(canonicalJson(artifactManifest(contents.files)))
  placeManifest(artifact, 'the Sealift artifact')
  for (const bytes of [emptyConfig, ...(contents.blobs ?? [])]) have(bytes)
  for (const file of contents.files) if ('bytes' in file) have(file.bytes)

  const index = Buffer.from(indexJson(contents, artifact))
  const { size, entries } = placeEntries(index, blobs, mtimeSeconds)
  return { size, index, indexDigest: digestOf(index), ...divide(entries, atHand) }
}

function indexJson({ images, charts }: BundleContents, artifact: Uint8Array): string {
  const by = <T>(key: (item: T) => string, items: readonly T[]) =>
    [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1))
  const manifests = [
    ...by(image => image.name, images).map(imageEntry),
    ...by(chart => `${chart.name} ${chart.version}`, charts).map(chartEntry),
    artifactEntry(artifact),
  ]
  return canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests })
}
