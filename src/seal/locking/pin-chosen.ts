import type { BundleLock } from '../../bundle/lock/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { asStep, type ConnectedHost, type Talk } from '../../kernel/ports/index.ts'
import {
  atOnce,
  chosenImages,
  type FoundImage,
  type PinnedImage,
  type PinOptions,
  pinImages,
} from '../resolve/index.ts'
import type { Chosen } from './suspects.ts'

/** Which images to pin, for which platforms. */
export interface Pinning extends Pick<Chosen, 'images' | 'optional'> {
  readonly platforms: readonly string[]
  /** Pin only these anew; every other image keeps what `old` says of it. All of them when there are none. */
  readonly update: readonly string[]
  readonly old: BundleLock | undefined
}

/** Images by digest, and those that no registry has, where that is no error. */
export interface Pinned {
  readonly pinned: readonly PinnedImage[]
  readonly missing: readonly { readonly name: string; readonly why: string }[]
}

/** Pins images as a step that people see. @throws SealiftError USAGE for an `update` that fits no image, IMAGE_NOT_FOUND, REGISTRY_* */
export async function pin(
  { images, optional, platforms, update, old }: Pinning,
  { registry }: ConnectedHost,
  { reporter, signal }: Talk,
): Promise<Pinned> {
  const names = images.map(({ name }) => name)
  const chosen = chosenImages(update, names)
  const known = chosen.size > 0 && old !== undefined ? kept(old, chosen, platforms) : new Map()
  const asIs = names.filter(name => known.has(name)).length
  let done = 0
  return asStep(
    reporter,
    'Pin images',
    async say => {
      const onPinned = () => say(`${++done} of ${images.length}`)
      const options = { registry, platforms, known, onPinned, signal }
      const needed = await pinImages(
        images.filter(({ name }) => !optional.has(name)),
        options,
      )
      const tried = await tryEach(
        images.filter(({ name }) => optional.has(name)),
        options,
        old,
      )
      return { pinned: [...needed, ...tried.pinned], missing: tried.missing }
    },
    ({ pinned: { length } }) => (asIs === 0 ? `${length}` : `${length - asIs} anew, ${asIs} as locked`),
  )
}

/**
 * Pins suspects, each by itself. One that no registry has, or has as something else, is none; so is a new one whose
 * registry does not answer, while one that the old lock has is not lost for that.
 */
async function tryEach(
  images: readonly FoundImage[],
  options: PinOptions,
  old: BundleLock | undefined,
): Promise<Pinned> {
  const locked = new Set(old?.images.map(({ name }) => name))
  const missing: { name: string; why: string }[] = []
  const pinned = await atOnce(images, 4, async image => {
    try {
      return await pinImages([image], options)
    } catch (error) {
      if (!(error instanceof SealiftError) || error.code === 'INTERRUPTED') throw error
      if (locked.has(image.name) && error.code !== 'IMAGE_NOT_FOUND') throw error
      missing.push({ name: image.name, why: error.message })
      return []
    }
  })
  return { pinned: pinned.flat(), missing: missing.sort((a, b) => (a.name < b.name ? -1 : 1)) }
}

/** The images of the old lock that stay as they are: not chosen, and there for the very platforms wanted. */
function kept(old: BundleLock, chosen: ReadonlySet<string>, platforms: readonly string[]) {
  const wanted = [...platforms].sort().join()
  const staying = old.images.filter(
    image => !chosen.has(image.name) && Object.keys(image.platforms).sort().join() === wanted,
  )
  return new Map(staying.map(image => [image.name, image]))
}
