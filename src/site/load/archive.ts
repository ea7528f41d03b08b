import {
  type Bundle,
  type CarriedImage,
  endSize,
  namedEntry,
  placeEntries,
} from '../../bundle/layout/index.ts'
import { paddedSize } from '../../kernel/archive/index.ts'
import { canonicalJson, isDigest, mediaTypes } from '../../kernel/oci/index.ts'
import { blobsOf, runtimeNames } from './plan.ts'

/** Where an archive's blobs come from: a bundle, with or without layers from elsewhere. */
export type BlobSource = Pick<Bundle, 'has' | 'stream'>

/** What goes into an archive: images for one platform, under the names that {@link runtimeNames} gives unless others are said. */
export interface ArchiveContents {
  readonly images: readonly CarriedImage[]
  readonly platform: string
  readonly namesOf?: (image: CarriedImage) => readonly string[]
}

/**
 * An OCI archive of some of a bundle's images for one platform, as a stream for `ctr images import -`. Only their
 * blobs are read, by offset; digests are checked on the way, and a wrong one breaks the stream off. Layers that a
 * delta leaves out are left out of it: the runtime takes them from its content store.
 * @throws SealiftError BUNDLE_DAMAGED, BUNDLE_WRONG_PLATFORM
 */
export function loadArchive(
  bundle: BlobSource,
  images: readonly CarriedImage[],
  platform: string,
): AsyncGenerator<Uint8Array> {
  return archive(bundle, { images, platform })
}

/** The same, of whatever contents. @throws SealiftError BUNDLE_DAMAGED, BUNDLE_WRONG_PLATFORM */
export function archive(source: BlobSource, contents: ArchiveContents): AsyncGenerator<Uint8Array> {
  return streamed(source, planned(source, contents).entries)
}

/**
 * The file of a full bundle once more, byte for byte, out of what was checked of it: whoever may write into that file may
 * have done so since. @throws SealiftError BUNDLE_DAMAGED, after its last byte, for a blob that is another one by now
 */
export function wholeArchive(bundle: BlobSource & Pick<Bundle, 'layout'>): {
  readonly size: number
  readonly stream: () => AsyncIterable<Uint8Array>
} {
  const { index, blobs, mtime } = bundle.layout
  const { size, entries } = placeEntries(index, blobs, mtime)
  return { size, stream: () => streamed(bundle, entries) }
}

async function* streamed(
  source: Pick<BlobSource, 'stream'>,
  entries: ReturnType<typeof placeEntries>['entries'],
): AsyncGenerator<Uint8Array> {
  for (const { header, body, size } of entries) {
    yield header
    if (isDigest(body)) yield* source.stream(body)
    else yield body
    const padding = paddedSize(size) - size
    if (padding > 0) yield new Uint8Array(padding)
  }
  yield new Uint8Array(endSize)
}

/** The bytes that {@link archive} gives. @throws SealiftError BUNDLE_WRONG_PLATFORM */
export function archiveSize(source: BlobSource, contents: ArchiveContents): number {
  return planned(source, contents).size
}

function planned(source: BlobSource, { images, platform, namesOf = runtimeNames }: ArchiveContents) {
  const entries = images.flatMap(image => namesOf(image).map(name => namedEntry(name, image.descriptor)))
  const index = Buffer.from(
    canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: entries }),
  )
  const blobs = blobsOf(images, platform).filter(blob => source.has(blob))
  return placeEntries(index, blobs, 0)
}
