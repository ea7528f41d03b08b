import type { AbsentLayer, Bundle, CarriedImage } from '../../../bundle/layout/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import {
  type Descriptor,
  type Digest,
  isIndexType,
  parseReference,
  printReference,
  type Reference,
} from '../../../kernel/oci/index.ts'
import type { Content } from '../../../kernel/ports/index.ts'

/** A blob, and the repositories that are to have it. */
export interface PlacedBlob {
  readonly content: Content
  readonly repositories: readonly string[]
}

/** An image, and what it is in the site's registry. */
export interface PlacedImage {
  readonly image: CarriedImage
  readonly repository: string
  readonly tag: string
  /** Manifests whose blobs are all carried, to be put by their digests; then indexes, the innermost first. */
  readonly manifests: readonly Descriptor[]
  readonly indexes: readonly Descriptor[]
}

/** Everything that is to be in the registry. */
export interface RegistryPlan {
  readonly images: readonly PlacedImage[]
  readonly blobs: readonly PlacedBlob[]
  /** Layers that the bundle, a delta, leaves out: the registry must have them. */
  readonly absent: ReadonlyMap<Digest, AbsentLayer>
}

/**
 * What of a bundle goes where in a registry: all platforms that are carried, under the repositories' own names behind a
 * prefix. @throws SealiftError LOAD_FAILED where two images would have one name there
 */
export function planRegistry(
  bundle: Pick<Bundle, 'images' | 'absent'>,
  prefix: string | undefined,
): RegistryPlan {
  const images = bundle.images.map(image => placed(image, prefix))
  refuseClashes(images)
  const blobs = new Map<Digest, { content: Content; repositories: Set<string> }>()
  for (const { image, repository } of images) {
    const owners = [...image.platforms.values(), ...image.attestations]
    for (const { digest, size } of owners.flatMap(({ config, layers }) => [config, ...layers])) {
      const known = blobs.get(digest) ?? { content: { digest, size }, repositories: new Set() }
      known.repositories.add(repository)
      blobs.set(digest, known)
    }
  }
  return {
    images,
    blobs: [...blobs.values()].map(({ content, repositories }) => ({
      content,
      repositories: [...repositories],
    })),
    absent: new Map(bundle.absent.map(layer => [layer.digest, layer])),
  }
}

/** What an image is called there: its repository behind the prefix. Every name in a bundle is a full one with a tag. */
function placed(image: CarriedImage, prefix: string | undefined): PlacedImage {
  const { repository = '', tag = '' } = parseReference(image.name) ?? {}
  const own = [...image.platforms.values()]
  // Depth by depth, for an index is taken only when what it names is there.
  const deepest = Math.max(0, ...own.map(({ parents }) => parents.length))
  const levels = Array.from({ length: deepest }, (_, i) => own.flatMap(({ parents }) => parents[i] ?? []))
  const indexes = levels.reverse().flat()
  const once = (all: readonly Descriptor[]) => [...new Map(all.map(one => [one.digest, one])).values()]
  return {
    image,
    repository: prefix === undefined ? repository : `${prefix}/${repository}`,
    tag,
    manifests: once([...own, ...image.attestations].map(({ descriptor }) => descriptor)),
    indexes: once(indexes).filter(({ mediaType }) => isIndexType(mediaType)),
  }
}

function refuseClashes(images: readonly PlacedImage[]): void {
  const known = new Map<string, CarriedImage>()
  for (const { image, repository, tag } of images) {
    const place = `${repository}:${tag}`
    const other = known.get(place)
    if (other !== undefined && other.descriptor.digest !== image.descriptor.digest)
      throw new SealiftError(
        'LOAD_FAILED',
        `${other.name} and ${image.name} would both be ${place} in the site's registry`,
        { hints: ['load them another way: --load containerd, images-dir or cluster'] },
      )
    known.set(place, image)
  }
}

/** The registries that a bundle's images are named after, each once, sorted. */
export function sourcesOf(images: readonly Pick<CarriedImage, 'name'>[]): string[] {
  const references = images.flatMap(({ name }) => parseReference(name) ?? [])
  return [...new Set(references.map(({ registry }) => registry))].sort()
}

/** Whether a name pins its digest, so that nodes ask for that very one. */
export function pinsDigest({ name }: Pick<CarriedImage, 'name'>): boolean {
  return parseReference(name)?.digest !== undefined
}

/** An image's name in the site's registry. */
export function nameThere(host: string, { repository, tag }: PlacedImage): string {
  return printReference({ registry: host, repository, tag } satisfies Reference)
}
