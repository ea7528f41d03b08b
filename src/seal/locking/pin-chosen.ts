import type { BundleLock } from '../../bundle/lock/index.ts'
import { asStep, type ConnectedHost, type Talk } from '../../kernel/ports/index.ts'
import { chosenImages, type FoundImages, type PinnedImage, pinImages } from '../resolve/index.ts'

/** Which images to pin, for which platforms. */
export interface Pinning {
  readonly images: FoundImages['images']
  readonly platforms: readonly string[]
  /** Pin only these anew; every other image keeps what `old` says of it. All of them when there are none. */
  readonly update: readonly string[]
  readonly old: BundleLock | undefined
}

/** Pins images as a step that people see. @throws SealiftError USAGE for an `update` that fits no image, IMAGE_NOT_FOUND, REGISTRY_* */
export async function pin(
  { images, platforms, update, old }: Pinning,
  { registry }: ConnectedHost,
  { reporter, signal }: Talk,
): Promise<PinnedImage[]> {
  const names = images.map(({ name }) => name)
  const chosen = chosenImages(update, names)
  const known = chosen.size > 0 && old !== undefined ? kept(old, chosen, platforms) : new Map()
  const asIs = names.filter(name => known.has(name)).length
  let done = 0
  return asStep(
    reporter,
    'Pin images',
    say => {
      const onPinned = () => say(`${++done} of ${images.length}`)
      return pinImages(images, { registry, platforms, known, onPinned, signal })
    },
    ({ length }) => (asIs === 0 ? `${length}` : `${length - asIs} anew, ${asIs} as locked`),
  )
}

/** The images of the old lock that stay as they are: not chosen, and there for the very platforms wanted. */
function kept(old: BundleLock, chosen: ReadonlySet<string>, platforms: readonly string[]) {
  const wanted = [...platforms].sort().join()
  const staying = old.images.filter(
    image => !chosen.has(image.name) && Object.keys(image.platforms).sort().join() === wanted,
  )
  return new Map(staying.map(image => [image.name, image]))
}
