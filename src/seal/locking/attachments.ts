import type { BundleLock, LockedAttachment } from '../../bundle/lock/index.ts'
import { count, type SealiftError } from '../../kernel/errors/index.ts'
import { parseReference, saysSbom } from '../../kernel/oci/index.ts'
import { asStep, type Registry, type Talk } from '../../kernel/ports/index.ts'
import { type Attested, findAttachments, type PinnedAttachment, type PinnedImage } from '../resolve/index.ts'
import type { Kept } from './kept.ts'

/** What is to be looked for, by the lock that there is. */
export interface AttachmentsWanted {
  readonly images: readonly PinnedImage[]
  /** The images that `--update` left as they are locked: they keep what was attached then. */
  readonly staying: ReadonlySet<string>
  readonly old: BundleLock | undefined
  /** Whether the new lock is held to the old one: images that it knows nothing of are not asked for. */
  readonly locked: boolean
  /** What runs that came to no lock have found. */
  readonly kept: Kept
}

/**
 * Looks for what registries have attached to images, by image name; tells what is left out, and once which images
 * come without an SBOM. Where a registry cannot say, the old lock's word on the same image stays, and without one the
 * image is left out of the answer. So is what the lock was made without looking at, where it is held to.
 */
export async function lockAttachments(
  { images, staying, old, locked: held, kept }: AttachmentsWanted,
  registry: Registry,
  { reporter, signal }: Pick<Talk, 'reporter' | 'signal'>,
): Promise<Map<string, LockedAttachment[]>> {
  const lockedAs = new Map(old?.images.map(image => [image.name, image]))
  const had = new Map<string, LockedAttachment[]>()
  const asked: PinnedImage[] = []
  for (const image of images) {
    const before = lockedAs.get(image.name)
    const known = staying.has(image.name) ? before?.attachments : kept.recentAttachments(image)
    if (known !== undefined) had.set(image.name, known)
    // Held to what was locked without looking: that is not looked at either.
    else if (!held || before === undefined || before.attachments !== undefined) asked.push(image)
  }
  if (asked.length === 0 && had.size === 0) return had
  const leftOut: string[] = []
  const unknown: Unknown[] = []
  let done = 0
  const all = await asStep(
    reporter,
    'Look for signatures, attestations and SBOMs',
    async say => {
      const onImage = (image: PinnedImage, found: readonly PinnedAttachment[] | undefined) => {
        if (found !== undefined) kept.addAttachments(image, found.map(locked))
        say(`${++done} of ${images.length}`)
      }
      const onLeftOut = (sentence: string) => leftOut.push(sentence)
      const onUnknown = (image: PinnedImage, { message }: SealiftError) => {
        const before = wordOn(image, old)
        if (before !== undefined) had.set(image.name, before)
        unknown.push({ name: image.name, stays: before !== undefined, message })
      }
      const before = attestedBefore(asked, old, kept)
      const options = { registry, before, signal, onImage, onLeftOut, onUnknown }
      const found = await findAttachments(asked, options)
      const entries = [...found].map(([name, list]) => {
        const before = held ? lockedAs.get(name)?.attachments : undefined
        return [name, list.map(one => inListOf(before, locked(one)))] as const
      })
      return new Map([...had, ...entries])
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

/** What is known of attachments, by image: what is kept of the very same image, or else what the lock has. */
export function attestedBefore(
  images: readonly Pick<PinnedImage, 'name' | 'digest'>[],
  old: BundleLock | undefined,
  kept: Kept,
): Map<string, Attested> {
  const known = images.flatMap(({ name, digest }) => {
    const own = kept.image(name)
    const isSame = own?.digest === digest && own.attachments !== undefined
    const before = isSame ? own : old?.images.find(image => image.name === name)
    if (before?.attachments === undefined) return []
    return [[name, { ...before, attachments: before.attachments.map(pinned) }] as const]
  })
  return new Map(known)
}

/** Held to a lock, the list that names an attachment is no difference as long as it does. */
function inListOf(before: readonly LockedAttachment[] | undefined, now: LockedAttachment): LockedAttachment {
  const same = before?.find(({ subject, manifest }) => subject === now.subject && manifest === now.manifest)
  if (same === undefined) return now
  const { list: _, ...rest } = now
  return same.list === undefined ? rest : { ...rest, list: same.list }
}

/** What a lock says of an attachment, as it was found. */
function pinned({ tag, list, artifactType, predicateTypes, ...rest }: LockedAttachment): PinnedAttachment {
  return {
    ...rest,
    ...(tag === undefined ? {} : { tag }),
    ...(list === undefined ? {} : { list }),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(predicateTypes === undefined ? {} : { predicateTypes }),
  }
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
