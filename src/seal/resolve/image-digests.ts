import { SealiftError } from '../../kernel/errors/index.ts'
import {
  type Digest,
  isIndexType,
  parseManifest,
  parseReference,
  type Reference,
} from '../../kernel/oci/index.ts'
import type { Content, Registry } from '../../kernel/ports/index.ts'
import { atOnce } from './at-once.ts'
import { fromIndex, fromManifest } from './image-candidates.ts'
import type { FoundImage } from './images.ts'
import { nearestTags } from './nearest-tags.ts'

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

/** What a name was found to stand for at some time. */
export type Pin = Pick<PinnedImage, 'digest' | 'platforms'>

/** How to pin: the platforms wanted (`linux/amd64`), and who is told of each image done. */
export interface PinOptions {
  readonly registry: Registry
  readonly platforms: readonly string[]
  /** What is known already, by name: these are not asked for. */
  readonly known?: ReadonlyMap<string, Pin>
  /**
   * What names stood for before. Where the registry announces the digest of one that has all platforms, nothing is
   * read: the digest fixes the rest, and whoever reads that later hashes it.
   */
  readonly before?: ReadonlyMap<string, readonly Pin[]>
  readonly signal?: AbortSignal
  onPinned?(image: PinnedImage): void
}

/** An image that could not be pinned: why, and the place that needs it. */
export interface UnpinnedImage {
  readonly name: string
  readonly neededBy: string
  readonly error: SealiftError
  /** What is there in its place, a sentence: the nearest versions, or the platforms. */
  readonly instead?: string
}

/** A name that stands for nothing that serves. */
type Unserved = Pick<UnpinnedImage, 'error' | 'instead'>

/** What became of each image, in the order that they were given in. */
export interface Pinned {
  readonly pinned: PinnedImage[]
  readonly failed: UnpinnedImage[]
}

const most = 4

/**
 * Asks the registry what each name points at, and which manifest serves each platform. Images named by digest
 * keep it. One that fails keeps no other from being pinned: IMAGE_NOT_FOUND when it or a platform of it is not there,
 * CONTENT_MISMATCH when it is no image, and the registry's errors.
 * @throws the signal's reason when aborted
 */
export async function pinImages(images: readonly FoundImage[], options: PinOptions): Promise<Pinned> {
  const results = await atOnce(images, most, async (image): Promise<PinnedImage | UnpinnedImage> => {
    try {
      const pin = options.known?.get(image.name) ?? (await pinImage(image.name, options))
      if ('error' in pin) return { name: image.name, neededBy: why(image), ...pin }
      const result: PinnedImage = { ...image, digest: pin.digest, platforms: pin.platforms }
      options.onPinned?.(result)
      return result
    } catch (error) {
      options.signal?.throwIfAborted()
      if (!(error instanceof SealiftError) || error.code === 'INTERRUPTED') throw error
      return { name: image.name, neededBy: why(image), error }
    }
  })
  const pinned = results.filter((result): result is PinnedImage => !('error' in result))
  return { pinned, failed: results.filter((result): result is UnpinnedImage => 'error' in result) }
}

function why({ reasons }: FoundImage): string {
  const [first] = reasons
  if (first === undefined) return 'nothing'
  const more = reasons.length > 1 ? ` and ${reasons.length - 1} more` : ''
  return `${[first.chart, first.object, first.field].filter(part => part !== '').join(' ')}${more}`
}

/** The pin that a name still stands for, for the platforms wanted. */
async function asBefore(
  reference: Reference,
  pins: readonly Pin[],
  { registry, platforms, signal }: PinOptions,
): Promise<Pin | undefined> {
  const fitting = pins.filter(pin => platforms.every(platform => pin.platforms[platform] !== undefined))
  if (fitting.length === 0) return undefined
  const now = await registry.digest(reference, { signal })
  const same = fitting.find(({ digest }) => digest === now)
  if (same === undefined) return undefined
  const wanted = Object.entries(same.platforms).filter(([platform]) => platforms.includes(platform))
  return { digest: same.digest, platforms: Object.fromEntries(wanted) }
}

async function pinImage(name: string, options: PinOptions): Promise<Pin | Unserved> {
  const { registry, platforms, signal, before } = options
  const reference = parseReference(name)
  if (reference === undefined) throw new SealiftError('IMAGE_NOT_FOUND', `${name} is not an image name`)
  const same = await asBefore(reference, before?.get(name) ?? [], options)
  if (same !== undefined) return same
  const served = await registry.manifest(reference, signal).catch(async (error: unknown) => {
    const gone = error instanceof SealiftError && error.code === 'IMAGE_NOT_FOUND'
    if (!gone || reference.tag === undefined || reference.digest !== undefined) throw error
    const instead = await nearestTags(reference, reference.tag, { registry, signal })
    return { error, ...(instead === undefined ? {} : { instead }) }
  })
  if ('error' in served) return served
  const { digest, mediaType } = served.descriptor
  const found = isIndexType(mediaType)
    ? await fromIndex(served.bytes, { reference, registry, platforms, signal })
    : await fromManifest(served, { reference, registry, platforms, signal })
  const missing = platforms.filter(platform => !found.has(platform))
  if (missing.length > 0) {
    const there = [...found.keys()].sort().join(', ') || 'none'
    const error = new SealiftError('IMAGE_NOT_FOUND', `${name} has no image for ${missing.join(', ')}`)
    return { error, instead: `It is there for: ${there}.` }
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
