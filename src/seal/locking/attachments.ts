import type { BundleLock, LockedAttachment } from '../../bundle/lock/index.ts'
import { count, type SealiftError } from '../../kernel/errors/index.ts'
import { parseReference, saysSbom } from '../../kernel/oci/index.ts'
import { asStep, type Registry, type Talk } from '../../kernel/ports/index.ts'
import { findAttachments, type PinnedAttachment, type PinnedImage } from '../resolve/index.ts'

/** What is to be looked for, by the lock that there is. */
export interface AttachmentsWanted {
  readonly images: readonly PinnedImage[]
  readonly old: BundleLock | undefined
  /** Whether the new lock is held to the old one: images that it knows nothing of are not asked for. */
  readonly locked: boolean
}

/**
 * Looks for what registries have attached to images, by image name; tells what is left out, and once which images
 * come without an SBOM. Where a registry cannot say, the old lock's word on the same image stays, and without one the
 * image is left out of the answer.
 */
export async function lockAttachments(
  { images, old, locked: held }: AttachmentsWanted,
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
  const unseen = new Set(
    held ? old?.images.filter(({ attachments }) => attachments === undefined).map(({ name }) => name) : [],
  )
  const asked = images.filter(({ name }) => !kept.has(name) && !unseen.has(name))
  const leftOut: string[] = []
  const unknown: Unknown[] = []
  let done = 0
  const all = await asStep(
    reporter,
    'Look for signatures, attestations and SBOMs',
    async say => {
      const onImage = () => say(`${++done} of ${images.length}`)
      const onLeftOut = (sentence: string) => leftOut.push(sentence)
      const onUnknown = (image: PinnedImage, { message }: SealiftError) => {
        const before = wordOn(image, old)
        if (before !== undefined) kept.set(image.name, before)
        unknown.push({ name: image.name, stays: before !== undefined, message })
      }
      const found = await findAttachments(asked, { registry, signal, onImage, onLeftOut, onUnknown })
      return new Map([...kept, ...[...found].map(([name, list]) => [name, list.map(locked)] as const)])
    },
    attached => `${[...attached.values()].flat().length} for ${count(images.length, 'image')}`,
  )
  for (const sentence of [...leftOut, ...unknownSentences(unknown)].sort()) reporter.warn(sentence)
  const without = images.filter(({ name }) => all.get(name)?.some(saysSbom) === false).map(({ name }) => name)
  if (without.length > 0)
    reporter.note(
      `no SBOM is attached to ${without.length} of ${count(images.length, 'image')}: ${without.join(', ')}`,
    )
  return all
}

/** An image of which nobody could say what is attached to it, and whether the lock's word on it stays. */
interface Unknown {
  readonly name: string
  readonly stays: boolean
  readonly message: string
}

/** One sentence for each registry: where it cannot say it of one image, it mostly cannot of the others. */
function unknownSentences(unknown: readonly Unknown[]): string[] {
  const sorted = unknown.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const alike = Map.groupBy(sorted, ({ name, stays }) => `${stays} ${parseReference(name)?.registry}`)
  return [...alike.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return []
    const { name, stays, message } = first
    const [it, remains] = more.length > 0 ? ['them', 'they stay as they are'] : ['it', 'it stays as it is']
    const outcome = stays ? `${remains} locked` : 'nothing is carried'
    const names = [name, ...more.map(other => other.name)].join(', ')
    return `${names}: nobody could say what is attached to ${it}, and ${outcome}: ${message}`
  })
}

/** What a lock has attached to the very same image, for the same platforms. */
function wordOn(image: PinnedImage, lock: BundleLock | undefined): LockedAttachment[] | undefined {
  const before = lock?.images.find(({ name, digest }) => name === image.name && digest === image.digest)
  const platformsOf = (each: object = {}) => Object.keys(each).sort().join()
  return platformsOf(before?.platforms) === platformsOf(image.platforms) ? before?.attachments : undefined
}

function locked({ predicateTypes, blobs, ...rest }: PinnedAttachment): LockedAttachment {
  return {
    ...rest,
    ...(predicateTypes ? { predicateTypes: [...predicateTypes] } : {}),
    blobs: { ...blobs },
  }
}

/** An image of the lock with what is attached to it; as it is where nobody looked, or could say. */
export function withAttachments(
  image: BundleLock['images'][number],
  found: ReadonlyMap<string, LockedAttachment[]> | undefined,
): BundleLock['images'][number] {
  const attachments = found?.get(image.name)
  return attachments === undefined ? image : { ...image, attachments }
}
