import { lockTitle, openBundle, specTitle } from '../bundle/index.ts'
import { type BundleLock, parseLock } from '../lock/index.ts'
import type { Digest } from '../oci/index.ts'
import type { Files } from '../ports/index.ts'
import { readLock } from './read-lock.ts'

/**
 * The lock that a delta is cut against: a lock file, the one in a spec's folder, or the one inside a bundle.
 * @throws SealiftError LOCK_INVALID, FILE_FAILED, BUNDLE_MALFORMED, BUNDLE_DAMAGED
 */
export async function readOlder(path: string, files: Files): Promise<BundleLock> {
  if (/\.ya?ml$/.test(path)) return parseLock(await files.readText(path), path)
  for (const title of [specTitle, lockTitle])
    if (await files.exists(`${path}/${title}`)) return readLock(path, files)
  const source = await files.openBundle(path)
  try {
    return (await openBundle(source)).lock
  } finally {
    await source.close()
  }
}

/**
 * The layers that images of an older lock had. One that a platform of the new lock needs and the old one had
 * for others only is not among them, since a node has the layers of its own platform only.
 */
export function hadBefore(old: BundleLock, now: BundleLock): Set<Digest> {
  const lists = ({ images }: BundleLock) =>
    images.flatMap(({ platforms }) =>
      Object.entries(platforms).flatMap(([platform, { layers }]) =>
        (Object.keys(layers) as Digest[]).map(digest => ({ digest, on: `${platform} ${digest}` })),
      ),
    )
  const before = new Set(lists(old).map(({ on }) => on))
  const had = new Set<Digest>()
  const fresh = new Set<Digest>()
  for (const { digest, on } of lists(now)) (before.has(on) ? had : fresh).add(digest)
  return new Set([...had].filter(digest => !fresh.has(digest)))
}
