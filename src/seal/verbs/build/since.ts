import { openBundle } from '../../../bundle/layout/index.ts'
import type { BundleLock } from '../../../bundle/lock/index.ts'
import { lockOutside } from '../../../bundle/opening/index.ts'
import type { Files } from '../../../kernel/ports/index.ts'

/**
 * The lock that a delta is cut against: a lock file, the one in a spec's folder, or the one inside a bundle.
 * @throws SealiftError LOCK_INVALID, FILE_FAILED, BUNDLE_MALFORMED, BUNDLE_DAMAGED
 */
export async function readOlder(path: string, files: Files): Promise<BundleLock> {
  const outside = await lockOutside(path, files)
  if (outside !== undefined) return outside.lock
  const source = await files.openBundle(path)
  try {
    return (await openBundle(source)).lock
  } finally {
    await source.close()
  }
}
