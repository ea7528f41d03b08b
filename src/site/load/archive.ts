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

/**
 * An OCI archive of some of a bundle's images for one platform, as a stream for `ctr images import -`. Only their
 * blobs are read, by offset; digests are checked on the way, and a wrong one breaks the stream off. Layers that a
 * delta leaves out are left out of it: the runtime takes them from its content store.
 * @throws SealiftError BUNDLE_DAMAGED, BUNDLE_WRONG_PLATFORM
 */
export async function* loadArchive(
  bundle: Bundle,
  images: readonly CarriedImage[],
  platform: string,
): AsyncGenerator<Uint8Array> {
  const entries = images.flatMap(image => runtimeNames(image).map(name => namedEntry(name, image.descriptor)))
  const index = Buffer.from(
    canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: entries }),
  )
  const blobs = blobsOf(images, platform).filter(blob => bundle.has(blob))
  for (const { header, body, size } of placeEntries(index, blobs, 0).entries) {
    yield header
    if (isDigest(body)) yield* bundle.stream(body)
    else yield body
    const padding = paddedSize(size) - size
    if (padding > 0) yield new Uint8Array(padding)
  }
  yield new Uint8Array(endSize)
}
