import type { BundleLock, LockedAttachment } from '../../bundle/lock/index.ts'
import { count } from '../../kernel/errors/index.ts'
import { saysSbom } from '../../kernel/oci/index.ts'
import { asStep, type Registry, type Talk } from '../../kernel/ports/index.ts'
import { findAttachments, type PinnedAttachment, type PinnedImage } from '../resolve/index.ts'

/**
 * Looks for what registries have attached to images, by image name; tells what is left out, and once which images
 * come without an SBOM.
 * @throws SealiftError those of the registry
 */
export async function lockAttachments(
  images: readonly PinnedImage[],
  old: BundleLock | undefined,
  registry: Registry,
  { reporter, signal }: Pick<Talk, 'reporter' | 'signal'>,
): Promise<Map<string, LockedAttachment[]>> {
  // Images that `--update` left as they are locked have the lock's own platforms, and keep what was attached then.
  const kept = new Map(
    images.flatMap(({ name, platforms }) => {
      const before = old?.images.find(image => image.platforms === platforms)?.attachments
      return before === undefined ? [] : [[name, before] as const]
    }),
  )
  const asked = images.filter(({ name }) => !kept.has(name))
  const leftOut: string[] = []
  let done = 0
  const all = await asStep(
    reporter,
    'Look for signatures, attestations and SBOMs',
    async say => {
      const onImage = () => say(`${++done} of ${images.length}`)
      const onLeftOut = (sentence: string) => leftOut.push(sentence)
      const found = await findAttachments(asked, { registry, signal, onImage, onLeftOut })
      return new Map([...kept, ...[...found].map(([name, list]) => [name, list.map(locked)] as const)])
    },
    attached => `${[...attached.values()].flat().length} for ${count(images.length, 'image')}`,
  )
  for (const sentence of leftOut.sort()) reporter.warn(sentence)
  const without = images.filter(({ name }) => !all.get(name)?.some(saysSbom)).map(({ name }) => name)
  if (without.length > 0)
    reporter.note(
      `no SBOM is attached to ${without.length} of ${count(images.length, 'image')}: ${without.join(', ')}`,
    )
  return all
}

function locked({ predicateTypes, blobs, ...rest }: PinnedAttachment): LockedAttachment {
  return {
    ...rest,
    ...(predicateTypes ? { predicateTypes: [...predicateTypes] } : {}),
    blobs: { ...blobs },
  }
}

/** An image of the lock with what is attached to it; as it is where nobody looked. */
export function withAttachments(
  image: BundleLock['images'][number],
  found: ReadonlyMap<string, LockedAttachment[]> | undefined,
): BundleLock['images'][number] {
  return found === undefined ? image : { ...image, attachments: found.get(image.name) ?? [] }
}
