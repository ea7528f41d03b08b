import type { BundleLock } from '../../bundle/lock/index.ts'
import type { Registry } from '../../kernel/ports/index.ts'
import { atOnce, findAttachments, pinImages } from '../resolve/index.ts'
import { attestedBefore } from './attachments.ts'
import type { Kept } from './kept.ts'

/** What is asked for ahead. */
export interface Ahead {
  readonly old: BundleLock
  readonly kept: Kept
  readonly platforms: readonly string[]
  /** Whether what is attached to images is looked for. */
  readonly looks: boolean
}

const most = 4

/**
 * Asks what a new lock will be held to: what each image of the old one is now, and what is attached to it. While charts are
 * fetched and rendered, registries answer. Nothing is made of the answers here, and no failure is told: whoever wants
 * them asks the registry that `ahead` is a view of. The caller ends it.
 */
export function askAhead(
  { old, kept, platforms, looks }: Ahead,
  ahead: Registry,
  signal: AbortSignal,
): { end(): Promise<void> } {
  const stop = new AbortController()
  const options = { registry: ahead, signal: AbortSignal.any([signal, stop.signal]) }
  const before = new Map(old.images.map(image => [image.name, [image]]))
  const attested = attestedBefore(old.images, old, kept)
  const asking = atOnce(old.images, most, async image => {
    const { pinned } = await pinImages([image], { ...options, platforms, before })
    const looked = pinned.filter(({ name }) => looks && attested.has(name))
    await findAttachments(looked, { ...options, before: attested })
  }).catch(() => {})
  return {
    async end() {
      stop.abort()
      await asking
    },
  }
}
