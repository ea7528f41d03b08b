import { lockTitle } from '../bundle/index.ts'
import { SealiftError } from '../errors/index.ts'
import { type BundleLock, parseLock } from '../lock/index.ts'
import type { Files } from '../ports/index.ts'

/** Reads the lock of a spec's folder. @throws SealiftError LOCK_INVALID when it is missing or cannot be read */
export async function readLock(specDir: string, files: Files): Promise<BundleLock> {
  const path = `${specDir}/${lockTitle}`
  if (await files.exists(path)) return parseLock(await files.readText(path), path)
  throw new SealiftError('LOCK_INVALID', `${path} is not there`, { hints: [`run: sealift lock ${specDir}`] })
}
