import {
  canonicalJson,
  type Descriptor,
  type Digest,
  digestOf,
  mediaTypes,
  parseManifest,
} from '../../kernel/oci/index.ts'
import type { Content } from '../../kernel/ports/index.ts'
import type { BundleAttachment, BundleContents } from './contents.ts'
import { divide } from './divide.ts'
import {
  artifactEntry,
  artifactManifest,
  attachmentEntry,
  chartEntry,
  emptyConfig,
  imageEntry,
} from './entries.ts'
import type { FillPlan } from './fill-plan.ts'
import { carriedManifests } from './images.ts'
import { type BlobToPlace, placeEntries } from './place.ts'

/** A whole bundle before its first byte is moved: final size, identity, bytes at hand, blobs to fetch. */
export interface BundlePlan extends FillPlan {
  /** The bundle's identity: the digest of index.json. */
  readonly indexDigest: Digest
  /** The images' layers that a delta leaves out; their bytes do not count in `size`. */
  readonly absent: readonly Content[]
  /** The bytes of index.json: what a signature is over. */
  readonly index: Uint8Array
}

/**
 * Computes a bundle from what it holds: the same contents and time give the same plan, in whatever order they
 * are given. `mtimeSeconds` (SOURCE_DATE_EPOCH) stands in every entry. With `had` it becomes a delta: images' layers
 * of these digests are left out, all else is as in the full bundle, index.json and identity included.
 * @throws SealiftError SPEC_INVALID for a name that a node could not use, CONTENT_MISMATCH for manifests that
 * do not fit together, or one digest with two sizes
 */
export function planBundle(
  contents: BundleContents,
  mtimeSeconds: number,
  had: ReadonlySet<Digest> = new Set(),
): BundlePlan {
  const layers: Content[] = []
  const atHand = new Map<Digest, Uint8Array>()
  const blobs: BlobToPlace[] = []
  const have = (bytes: Uint8Array) => atHand.set(digestOf(bytes), bytes)
  const place = ({ digest, size }: Content, small: boolean) => blobs.push({ digest, size, small })
  const placeBytes = (bytes: Uint8Array) => {
    have(bytes)
    place({ digest: digestOf(bytes), size: bytes.length }, true)
  }
  const placeHead = (bytes: Uint8Array, what: string) => {
    const manifest = parseManifest(bytes, what)
    placeBytes(bytes)
    place(manifest.config, true)
    return manifest.layers
  }
  const placeManifest = (bytes: Uint8Array, what: string) => {
    for (const layer of placeHead(bytes, what)) place(layer, false)
  }

  for (const image of contents.images) {
    const { indexes, manifests, documents } = carriedManifests(image)
    for (const bytes of [...indexes, ...documents]) placeBytes(bytes)
    for (const bytes of manifests) layers.push(...placeHead(bytes, image.name))
  }
  for (const { name, manifest } of contents.charts) placeManifest(manifest, `chart ${name}`)
  for (const { subject, manifest } of contents.attachments ?? [])
    placeManifest(manifest, `what is attached to ${subject}`)
  const artifact = Buffer.from(canonicalJson(artifactManifest(contents.files)))
  placeManifest(artifact, 'the Sealift artifact')
  for (const bytes of [emptyConfig, ...(contents.blobs ?? [])]) have(bytes)
  for (const file of contents.files) if ('bytes' in file) have(file.bytes)

  // What a chart or file needs too is there in any case.
  const needed = new Set(blobs.map(({ digest }) => digest))
  const left = ({ digest }: Content) => had.has(digest) && !needed.has(digest)
  for (const layer of layers) if (!left(layer)) place(layer, false)
  const absent = [...new Map(layers.filter(left).map(layer => [layer.digest, layer])).values()]

  const index = Buffer.from(indexJson(contents, artifact))
  const { size, entries } = placeEntries(index, blobs, mtimeSeconds)
  return { size, index, indexDigest: digestOf(index), absent, ...divide(entries, atHand) }
}

function indexJson({ images, charts, attachments = [] }: BundleContents, artifact: Uint8Array): string {
  const by = <T>(key: (item: T) => string, items: readonly T[]) =>
    [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1))
  const manifests = [
    ...by(image => image.name, images).map(imageEntry),
    ...by(chart => `${chart.name} ${chart.version}`, charts).map(chartEntry),
    ...attachmentEntries(attachments),
    artifactEntry(artifact),
  ]
  return canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests })
}

/** Each attachment once: images that share a manifest share what is attached to it. */
function attachmentEntries(attachments: readonly BundleAttachment[]): Descriptor[] {
  const entries = new Map(
    attachments.map(one => [`${one.subject} ${digestOf(one.manifest)}`, attachmentEntry(one)] as const),
  )
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
}
