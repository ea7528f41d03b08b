import { lockTitle, openBundle, specTitle } from '../bundle/index.ts'
import { type BundleLock, parseLock } from '../lock/index.ts'
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
