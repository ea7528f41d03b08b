import { lockTitle, specTitle } from '../bundle/index.ts'
import { SealiftError } from '../errors/index.ts'
import { type BundleLock, parseLock } from '../lock/index.ts'
import type { Files } from '../ports/index.ts'

/** A lock, and the text that it was read from. */
export interface LockFile {
  readonly lock: BundleLock
  readonly text: string
}

/** Reads the lock of a spec's folder. @throws SealiftError LOCK_INVALID when it is missing or cannot be read */
export async function readLock(specDir: string, files: Files): Promise<LockFile> {
  const path = `${specDir}/${lockTitle}`
  if (await files.exists(path)) return readLockFile(path, files)
  throw new SealiftError('LOCK_INVALID', `${path} is not there`, { hints: [`run: sealift lock ${specDir}`] })
}

/** Reads a lock by its own path. @throws SealiftError LOCK_INVALID, FILE_FAILED */
export async function readLockFile(path: string, files: Files): Promise<LockFile> {
  const text = await files.readText(path)
  return { lock: parseLock(text, path), text }
}

/** What a path stands for that may be a lock, a spec's folder, or, most of all, a bundle. */
export async function lockedIn(path: string, files: Files): Promise<'lock' | 'folder' | 'bundle'> {
  if (/\.ya?ml$/.test(path)) return 'lock'
  for (const title of [specTitle, lockTitle]) if (await files.exists(`${path}/${title}`)) return 'folder'
  return 'bundle'
}
