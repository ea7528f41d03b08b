import type { BundleLock } from '../../bundle/lock/index.ts'
import { asStep, type Registry, type Talk } from '../../kernel/ports/index.ts'
import {
  chosenImages,
  type Faults,
  type Pin,
  type PinnedImage,
  pinImages,
  type UnpinnedImage,
} from '../resolve/index.ts'
import type { Kept } from './kept.ts'
import type { Chosen } from './suspects.ts'

/** Which images to pin, for which platforms. */
export interface Pinning extends Pick<Chosen, 'images' | 'optional'> {
  readonly platforms: readonly string[]
  /** Pin only these anew; every other image keeps what `old` says of it. All of them when there are none. */
  readonly update: readonly string[]
  readonly old: BundleLock | undefined
  /** What runs that came to no lock have pinned. */
  readonly kept: Kept
}

/** The images that could be pinned, and the names of those that `update` left as they are locked. */
export interface PinnedImages {
  readonly pinned: readonly PinnedImage[]
  readonly staying: ReadonlySet<string>
  /** Images that no registry has, where that is no error. */
  readonly missing: readonly { readonly name: string; readonly why: string }[]
}

/**
 * Pins images as a step that people see, those that are optional last: a registry that fails for a suspect is asked no
 * more. What fails is told to `faults`. @throws SealiftError USAGE for an `update` that fits no image
 */
export async function pin(
  { images, optional, platforms, update, old, kept }: Pinning,
  registry: Registry,
  faults: Faults,
  { reporter, signal }: Pick<Talk, 'reporter' | 'signal'>,
): Promise<PinnedImages> {
  const names = images.map(({ name }) => name)
  const chosen = chosenImages(update, names)
  const staying = chosen.size > 0 && old !== undefined ? asLocked(old, chosen, platforms) : new Map()
  // Whoever names an image wants it asked for now.
  const unasked = names.filter(name => !chosen.has(name) && !staying.has(name))
  const recent = kept.recent(unasked, platforms)
  const known = new Map<string, Pin>([...recent, ...staying])
  const lockedAs = new Map(old?.images.map(image => [image.name, image]))
  const before = new Map(
    names.map(name => [name, [kept.image(name), lockedAs.get(name)].filter(pin => pin !== undefined)]),
  )
  const pinned: PinnedImage[] = []
  const missing: { name: string; why: string }[] = []
  const failed: UnpinnedImage[] = []
  let done = 0
  const work = async (say: (detail: string) => void) => {
    const onPinned = (image: PinnedImage) => {
      if (!known.has(image.name)) kept.addImage(image)
      say(`${++done} of ${images.length}`)
    }
    for (const isOptional of [false, true]) {
      const these = images.filter(({ name }) => optional.has(name) === isOptional)
      const result = await pinImages(these, { registry, platforms, known, before, onPinned, signal })
      pinned.push(...result.pinned)
      for (const one of result.failed) {
        if (isOptional && isMissing(one, lockedAs.has(one.name)))
          missing.push({ name: one.name, why: one.error.message })
        else failed.push(one)
      }
    }
    const [first] = failed
    if (first !== undefined) throw first.error
  }
  const asIs = names.filter(name => staying.has(name)).length
  const sum = () => (asIs === 0 ? `${pinned.length}` : `${pinned.length - asIs} anew, ${asIs} as locked`)
  if (recent.size > 0)
    reporter.note(
      recent.size === 1
        ? `1 image of ${names.length} is as a run of the last hour pinned it`
        : `${recent.size} images of ${names.length} are as a run of the last hour pinned them`,
    )
  // Where no chart could be rendered, a step that pins nothing would look like one that went well.
  if (images.length > 0)
    await asStep(reporter, 'Pin images', work, sum).catch((error: unknown) => {
      if (failed.length === 0) throw error
    })
  for (const one of failed) {
    const { name, neededBy, error, instead } = one
    const hints = [...(instead === undefined ? [] : [instead]), `The image is needed by ${neededBy}.`]
    faults.add({ about: name, error, alone: error.with({ hints }), lines: [lineOf(one)] })
  }
  missing.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { pinned, staying: new Set(staying.keys()), missing }
}

/**
 * Whether a suspect that fails is none: no registry has it, or has it as something else; so is a new one whose registry
 * does not answer, while one that the old lock has is not lost for that.
 */
function isMissing({ error }: UnpinnedImage, isLocked: boolean): boolean {
  return !isLocked || error.code === 'IMAGE_NOT_FOUND'
}

/** The images of the old lock that stay as they are: not chosen, and there for the very platforms wanted. */
function asLocked(old: BundleLock, chosen: ReadonlySet<string>, platforms: readonly string[]) {
  const wanted = [...platforms].sort().join()
  const staying = old.images.filter(
    image => !chosen.has(image.name) && Object.keys(image.platforms).sort().join() === wanted,
  )
  return new Map(staying.map(image => [image.name, image]))
}

/** An image's fault in one line: why, what other places answered, what is there in its place, and who needs it. */
function lineOf({ name, neededBy, error: { message, faults }, instead = '' }: UnpinnedImage): string {
  const [first = '', ...others] = [message, ...faults].map(text =>
    text.startsWith(`${name}: `) ? text.slice(name.length + 2) : text,
  )
  const there = instead === '' ? [] : [`${instead.charAt(0).toLowerCase()}${instead.slice(1, -1)}`]
  const more = [...others, ...there].map(text => `; ${text}`).join('')
  return `${first.startsWith(name) ? first : `${name}: ${first}`}${more} (needed by ${neededBy})`
}
