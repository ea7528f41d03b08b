import {
  type AbsentLayer,
  type Bundle,
  type CarriedImage,
  type CarriedManifest,
  layerBytes,
} from '../../bundle/layout/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { type Descriptor, type Digest, parseReference, printReference } from '../../kernel/oci/index.ts'
import type { RuntimeImage } from '../../kernel/ports/index.ts'

/** What a node still needs of a bundle's images. */
export interface LoadPlan {
  /** Images to import: absent, not complete, or there under the same name with another digest. */
  readonly missing: readonly CarriedImage[]
  /** Names of missing images that the runtime does not have with this digest, or has from Sealift: what a purge may take. */
  readonly brought: ReadonlySet<string>
  readonly present: readonly CarriedImage[]
  /** How the runtime has pinned the present ones, by each of their names. */
  readonly pins: ReadonlyMap<string, Pick<RuntimeImage, 'pinned' | 'pinEnds'>>
  /** Names of present images that kubelet's image collection might delete, now or after K3s's next start. */
  readonly unpinned: readonly string[]
  /** Present images that are not unpacked: a load was killed between the two. */
  readonly packed: readonly CarriedImage[]
  /** Layers of the missing images that the bundle, a delta, leaves out: the runtime must have them. */
  readonly needed: readonly AbsentLayer[]
  /** Bytes of all blobs of the missing images that the bundle holds, each counted once. */
  readonly bytes: number
}

/**
 * Names that a runtime must know an image by. When a chart pins `repository:tag@digest`, the kubelet asks
 * containerd for `repository@digest`, so the image needs that name too.
 */
export function runtimeNames({ name }: Pick<CarriedImage, 'name'>): string[] {
  const reference = parseReference(name)
  if (reference?.digest === undefined) return [name]
  const { registry, repository, digest } = reference
  return [name, printReference({ registry, repository, digest })]
}

/**
 * The names by digest alone that K3s, or a pull, has given images beside their names: each would keep all of an image's
 * content when the others are gone.
 */
export function digestNames(
  images: readonly Pick<RuntimeImage, 'name' | 'digest'>[],
  there: readonly Pick<RuntimeImage, 'name'>[],
): string[] {
  const known = new Set(there.map(({ name }) => name))
  const made = images.flatMap(({ name, digest }) => {
    const { registry, repository } = parseReference(name) ?? {}
    return registry && repository ? printReference({ registry, repository, digest }) : []
  })
  return [...new Set(made)].filter(name => known.has(name))
}

/**
 * Compares a bundle with what a runtime has, whole or not, by name and digest.
 * @throws SealiftError BUNDLE_WRONG_PLATFORM when an image is not there for the platform
 */
export function planLoad(bundle: Bundle, present: readonly RuntimeImage[], platform: string): LoadPlan {
  for (const image of bundle.images) manifestFor(image, platform)
  const known = new Map(present.map(image => [image.name, image]))
  const same = (image: CarriedImage, name: string) => known.get(name)?.digest === image.descriptor.digest
  const has = (image: CarriedImage) =>
    runtimeNames(image).every(name => same(image, name) && known.get(name)?.complete)
  const missing = bundle.images.filter(image => !has(image))
  const there = bundle.images.filter(has)
  const blobs = blobsOf(missing, platform)
  const digests = new Set(blobs.map(({ digest }) => digest))
  const brought = missing.flatMap(image =>
    runtimeNames(image).filter(name => !same(image, name) || known.get(name)?.brought),
  )
  return {
    missing,
    brought: new Set(brought),
    present: there,
    pins: known,
    packed: there.filter(({ name }) => known.get(name)?.unpacked !== true),
    unpinned: there.flatMap(runtimeNames).filter(name => known.get(name)?.pinned !== true),
    needed: bundle.absent.filter(({ digest }) => digests.has(digest)),
    bytes: layerBytes(blobs.filter(blob => bundle.has(blob))),
  }
}

/** An image's manifest for a platform. @throws SealiftError BUNDLE_WRONG_PLATFORM */
function manifestFor(image: CarriedImage, platform: string): CarriedManifest {
  const manifest = image.platforms.get(platform)
  if (manifest !== undefined) return manifest
  const has = [...image.platforms.keys()].join(', ')
  throw new SealiftError(
    'BUNDLE_WRONG_PLATFORM',
    `image ${image.name} is for ${has}, this node is ${platform}`,
    {
      hints: [`build the bundle with ${platform} among its platforms`],
    },
  )
}

/** Every blob that images need on a platform, each once; `small` for manifests and configs. */
export function blobsOf(images: readonly CarriedImage[], platform: string) {
  const blobs = new Map<Digest, { readonly digest: Digest; readonly size: number; readonly small: boolean }>()
  const add = ({ digest, size }: Descriptor, small: boolean) => blobs.set(digest, { digest, size, small })
  for (const image of images) {
    const { descriptor, config, layers, parents } = manifestFor(image, platform)
    for (const layer of layers) add(layer, false)
    for (const one of [...parents, descriptor, config, ...image.documents]) add(one, true)
  }
  return [...blobs.values()]
}

/** Every layer that images need on a platform, each once. */
export function layersOf(images: readonly CarriedImage[], platform: string): Descriptor[] {
  const layers = images.flatMap(image => manifestFor(image, platform).layers)
  return [...new Map(layers.map(layer => [layer.digest, layer])).values()]
}
