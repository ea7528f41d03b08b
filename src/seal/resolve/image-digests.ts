import { SealiftError } from '../../kernel/errors/index.ts'
import { type Digest, isIndexType, parseManifest, parseReference } from '../../kernel/oci/index.ts'
import type { Content, Registry } from '../../kernel/ports/index.ts'
import { atOnce } from './at-once.ts'
import { fromIndex, fromManifest } from './image-candidates.ts'
import type { FoundImages } from './images.ts'
import { nearestTags } from './nearest-tags.ts'

type FoundImage = FoundImages['images'][number]

/** An image by digest. Same shape as the lock's image. */
export interface PinnedImage extends FoundImage {
  readonly digest: Digest
  readonly platforms: Readonly<Record<string, PinnedManifest>>
}

/** One platform's manifest, with the config and the layers (bytes by digest, each once) that it refers to. */
export interface PinnedManifest {
  readonly manifest: Digest
  readonly config: Content
  readonly layers: Readonly<Record<Digest, number>>
}

/** How to pin: the platforms wanted (`linux/amd64`), and who is told of each image done. */
export interface PinOptions {
  readonly registry: Registry
  readonly platforms: readonly string[]
  /** What is known already, by name: these are not asked for. */
  readonly known?: ReadonlyMap<string, Pick<PinnedImage, 'digest' | 'platforms'>>
  readonly signal?: AbortSignal
  onPinned?(image: PinnedImage): void
}

const most = 4

/**
 * Asks the registry what each name points at, and which manifest serves each platform. Images named by digest
 * keep it. Keeps the order.
 * @throws SealiftError IMAGE_NOT_FOUND when an image or a platform of it is not there, those of the registry;
 *   where several images fail, one error with a fault for each
 */
export async function pinImages(images: readonly FoundImage[], options: PinOptions): Promise<PinnedImage[]> {
  const failed: { image: FoundImage; error: SealiftError }[] = []
  const pinned = await atOnce(images, most, async image => {
    try {
      const pin = options.known?.get(image.name) ?? (await pinImage(image.name, options))
      const result: PinnedImage = { ...image, digest: pin.digest, platforms: pin.platforms }
      options.onPinned?.(result)
      return [result]
    } catch (error) {
      // A registry that fails or refuses ends it at once; names that are wrong are gathered.
      if (!(error instanceof SealiftError) || error.code !== 'IMAGE_NOT_FOUND') throw because(error, image)
      failed.push({ image, error })
      return []
    }
  })
  if (failed.length > 0) throw failure(failed)
  return pinned.flat()
}

function failure(failed: readonly { image: FoundImage; error: SealiftError }[]): unknown {
  const [first] = failed
  if (first === undefined || failed.length === 1) return because(first?.error, first?.image)
  const faults = failed.map(({ image, error }) => `${naming(image, error)} (${why(image)})`).sort()
  return new SealiftError('IMAGE_NOT_FOUND', `${failed.length} images could not be resolved`, {
    faults,
    cause: first.error,
  })
}

/** Most faults begin with the image's name; one of a manifest that its index leads to names only that. */
function naming({ name }: FoundImage, { message }: SealiftError): string {
  return message.startsWith(name) ? message : `${name}: ${message}`
}

/** The same fault with the place that needs the image. */
function because(error: unknown, image: FoundImage | undefined): unknown {
  if (!(error instanceof SealiftError) || image === undefined) return error
  return error.with({ hints: [`The image is needed by ${why(image)}.`] })
}

function why({ reasons }: FoundImage): string {
  const [first] = reasons
  if (first === undefined) return 'nothing'
  const more = reasons.length > 1 ? ` and ${reasons.length - 1} more` : ''
  return `${[first.chart, first.object, first.field].filter(part => part !== '').join(' ')}${more}`
}

async function pinImage(
  name: string,
  { registry, platforms, signal }: PinOptions,
): Promise<Pick<PinnedImage, 'digest' | 'platforms'>> {
  const reference = parseReference(name)
  if (reference === undefined) throw new SealiftError('IMAGE_NOT_FOUND', `${name} is not an image name`)
  const served = await registry.manifest(reference, signal).catch(async (error: unknown) => {
    const gone = error instanceof SealiftError && error.code === 'IMAGE_NOT_FOUND'
    if (!gone || reference.tag === undefined || reference.digest !== undefined) throw error
    const near = await nearestTags(reference, reference.tag, { registry, signal })
    throw near === undefined ? error : error.with({ hints: [near] })
  })
  const { digest, mediaType } = served.descriptor
  const found = isIndexType(mediaType)
    ? await fromIndex(served.bytes, { reference, registry, platforms, signal })
    : await fromManifest(served, { reference, registry, platforms, signal })
  const missing = platforms.filter(platform => !found.has(platform))
  if (missing.length > 0) {
    const there = [...found.keys()].sort().join(', ') || 'none'
    throw new SealiftError('IMAGE_NOT_FOUND', `${name} has no image for ${missing.join(', ')}`, {
      hints: [`It is there for: ${there}.`],
    })
  }
  const carried: [string, PinnedManifest][] = []
  for (const platform of [...platforms].sort()) {
    const manifest = await found.get(platform)?.()
    if (manifest !== undefined) carried.push([platform, pinManifest(manifest, name)])
  }
  return { digest, platforms: Object.fromEntries(carried) }
}

function pinManifest({ digest, bytes }: { digest: Digest; bytes: Uint8Array }, name: string): PinnedManifest {
  const { config, layers } = parseManifest(bytes, name)
  return {
    manifest: digest,
    config: { digest: config.digest, size: config.size },
    layers: Object.fromEntries(layers.map(layer => [layer.digest, layer.size])),
  }
}
