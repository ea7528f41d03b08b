import type { BundleLock, LockedImage } from '../../../bundle/lock/index.ts'
import { count } from '../../../kernel/errors/index.ts'
import type { NodeFacts, SiteFacts } from '../../../kernel/facts/index.ts'
import type { Reporter } from '../../../kernel/ports/index.ts'

/**
 * The images of a lock that a site has already, for the platforms of its nodes: those that every node of a platform has by
 * digest, whole as far as that is known. What kubelet alone has named may have lost its layers since they were unpacked;
 * an install finds that before it changes anything. @returns what a delta leaves out, in the form of an older lock
 */
export function imagesThere(
  { images }: Pick<BundleLock, 'images'>,
  { nodes, site }: SiteFacts,
  reporter: Reporter,
): Pick<BundleLock, 'images'> {
  const byPlatform = Map.groupBy(nodes, ({ platform }) => platform)
  const there = images.map(image => {
    const kept = Object.entries(image.platforms).filter(([platform, { manifest }]) => {
      const those = byPlatform.get(platform) ?? []
      return those.length > 0 && those.every(node => has(node, [image.digest, manifest]))
    })
    return { ...image, platforms: Object.fromEntries(kept) satisfies LockedImage['platforms'] }
  })
  const found = there.filter(({ platforms }) => Object.keys(platforms).length > 0)
  const byKubelet = nodes.filter(({ seenBy }) => seenBy === 'kubelet').length
  if (found.length > 0 && byKubelet > 0)
    reporter.warn(
      `what ${count(byKubelet, 'node')} of ${site} ${byKubelet === 1 ? 'has' : 'have'} is known by kubelet alone: an install refuses this bundle where layers are gone`,
    )
  return { images: found }
}

function has({ images }: NodeFacts, digests: readonly string[]): boolean {
  return images.some(({ digest, complete }) => complete !== false && digests.includes(digest))
}
