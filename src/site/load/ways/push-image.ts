import type { Bundle } from '../../../bundle/layout/index.ts'
import { count, SealiftError } from '../../../kernel/errors/index.ts'
import type { RegistryFields } from '../../../kernel/inputs/index.ts'
import {
  canonicalJson,
  type Descriptor,
  type Digest,
  digestOf,
  manifestLimit,
  mediaTypes,
} from '../../../kernel/oci/index.ts'
import type { RegistryPush } from '../../../kernel/ports/index.ts'
import { nameThere, type PlacedImage, pinsDigest } from './registry-plan.ts'

/** What one image's manifests are pushed with, once all its blobs are there. */
export interface ImagePush {
  readonly push: RegistryPush
  readonly bundle: Pick<Bundle, 'read'>
  readonly placed: PlacedImage
  readonly registry: Pick<RegistryFields, 'host'>
  readonly tell: (text: string) => void
  readonly signal: AbortSignal
}

/** What a tag leads to; with its bytes where the bundle does not have it. */
interface Root extends Descriptor {
  readonly bytes?: Uint8Array
}

/**
 * Puts an image's manifests, then its indexes, by digest, and the tag last; proves by reading that the tag leads to the
 * very digest that the bundle has. A registry that refuses an index which names platforms that are not carried gets one
 * of those that are, unless the image is asked for by its digest.
 * @throws SealiftError LOAD_FAILED, REGISTRY_*, BUNDLE_DAMAGED
 */
export async function pushImage(task: ImagePush): Promise<{ readonly changed: boolean }> {
  const { push, placed, registry, tell, signal } = task
  const { image, repository, tag, manifests, indexes } = placed
  let changed = false
  let refused = false
  for (const descriptor of [...manifests, ...indexes]) {
    if ((await push.digest(repository, descriptor.digest, signal)) === descriptor.digest) continue
    refused = (await put(task, descriptor.digest, descriptor)) === 'refused'
    if (refused && manifests.includes(descriptor)) throw brokenOff(task, descriptor)
    if (refused) break
    changed = true
  }
  const root: Root = refused ? await carriedAlone(task) : image.descriptor
  if (refused)
    tell(
      `${registry.host} refuses the index of ${image.name}, which names platforms that this bundle does not carry: its tag leads to ${root.digest} there, not to ${image.descriptor.digest}`,
    )
  if ((await push.digest(repository, tag, signal)) !== root.digest) {
    if ((await put(task, tag, root)) === 'refused') throw brokenOff(task, root)
    changed = true
  }
  for (const reference of [tag, root.digest]) {
    const found = await push.digest(repository, reference, signal)
    if (found !== root.digest)
      throw new SealiftError(
        'LOAD_FAILED',
        `${nameThere(registry.host, placed)} is ${found ?? 'not there'} after the push, not ${root.digest}`,
        { hints: ['does somebody else push to it, or does a proxy answer in its place?'] },
      )
  }
  return { changed }
}

async function put(
  { push, bundle, placed, signal }: ImagePush,
  reference: string,
  { digest, mediaType, bytes }: Root,
) {
  const content = bytes ?? (await bundle.read(digest, manifestLimit))
  return push.manifest(placed.repository, reference, { mediaType, bytes: content }, signal)
}

function brokenOff({ registry, placed }: ImagePush, { digest }: Descriptor): SealiftError {
  return new SealiftError(
    'LOAD_FAILED',
    `${registry.host} refuses manifest ${digest} of ${placed.image.name}, although all that it names is there`,
    { hints: ["what it says is in the registry's log; is its storage read-only, or quota used up?"] },
  )
}

/**
 * What the tag leads to where the index itself is refused: the one platform's manifest, or an index of those that are
 * carried. @throws SealiftError LOAD_FAILED where pods ask for the index by its digest
 */
async function carriedAlone({ placed, registry }: ImagePush): Promise<Root> {
  const { image } = placed
  if (pinsDigest(image))
    throw new SealiftError(
      'LOAD_FAILED',
      `${registry.host} refuses the index of ${image.name}, which names platforms that this bundle does not carry, and pods ask for it by its digest`,
      {
        hints: [
          `build the bundle with all platforms of the image (it has ${count(image.platforms.size, 'platform')}), or load another way: --load cluster`,
          'distribution takes such an index with validation.manifests.indexes.platforms: none',
        ],
      },
    )
  return aloneOf(image)
}

/** The digests that an image's tag may lead to: the bundle's own, or what stands for it where that is refused. */
export function mayBeTagged(image: PlacedImage['image']): Digest[] {
  return [image.descriptor.digest, ...(pinsDigest(image) ? [] : [aloneOf(image).digest])]
}

function aloneOf({ platforms }: PlacedImage['image']): Root {
  const carried = [...platforms.values()].map(({ descriptor }) => descriptor)
  const [only] = carried
  if (carried.length === 1 && only !== undefined) return only
  const bytes = Buffer.from(
    canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: carried }),
  )
  return { mediaType: mediaTypes.ociIndex, digest: digestOf(bytes), size: bytes.length, bytes }
}
