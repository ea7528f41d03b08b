import type { BundleLock } from '../../bundle/lock/index.ts'
import type { BundleSpec } from '../../kernel/inputs/index.ts'
import { carriedName } from '../../kernel/oci/index.ts'
import type { Reporter } from '../../kernel/ports/index.ts'
import { type FoundImage, type FoundImages, suspectedImages } from '../resolve/index.ts'

/** What was found, once it is known which suspects are to be taken as images. */
export interface Chosen {
  readonly images: readonly FoundImage[]
  /** Names of suspects that are taken although the spec does not list them: the lock says so. */
  readonly accepted: ReadonlySet<string>
  /** Names of images whose lack in a registry is no error: suspects that this run is to try. */
  readonly optional: ReadonlySet<string>
}

/** What a choice goes by, beside the spec. */
interface ChoosingSuspects {
  readonly old: BundleLock | undefined
  readonly accept: boolean | undefined
  /** Told of what the spec lists in vain; absent where not all was rendered that could name it. */
  readonly reporter: Reporter | undefined
}

/**
 * Chooses the suspects to take as images: those that the spec lists, those that the old lock has taken, and with `accept`
 * all. Without `accept` what a person has decided before holds: an image of it that is gone is an error like any other.
 */
export function chooseSuspects(
  { images, suspects }: FoundImages,
  { acceptSuspects }: BundleSpec,
  { old, accept, reporter }: ChoosingSuspects,
): Chosen {
  const listed = new Set(acceptSuspects.map(carriedName))
  const suspected = suspectedImages(suspects)
  const there = new Set([...images, ...suspected].map(({ name }) => name))
  for (const name of listed)
    if (!there.has(name)) reporter?.warn(`acceptSuspects lists ${name}, which nothing names`)
  const before = new Set(old?.images.flatMap(({ name, accepted }) => (accepted ? [name] : [])))
  const taken = ({ name }: FoundImage) => accept ?? before.has(name)
  const accepted = suspected.filter(image => !listed.has(image.name) && taken(image)).map(({ name }) => name)
  const all = new Set([...listed, ...accepted])
  return {
    images: [...images, ...suspected.filter(({ name }) => all.has(name))],
    accepted: new Set(accepted),
    optional: new Set(accept ? accepted : []),
  }
}

/** The suspects that are not among the images of a lock. */
export function suspectsLeft(
  suspects: FoundImages['suspects'],
  images: readonly { readonly name: string }[],
): FoundImages['suspects'] {
  const names = new Set(images.map(({ name }) => name))
  return suspects.filter(({ text }) => !names.has(carriedName(text)))
}
