import { SealiftError } from '../../kernel/errors/index.ts'
import type { Files } from '../../kernel/ports/index.ts'
import { lockTitle, specTitle } from '../layout/index.ts'
import { type BundleLock, parseLock } from '../lock/index.ts'

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

/**
 * The lock that a path stands for, by itself or as a spec's folder; `undefined` when it is neither: a bundle, then.
 * @throws SealiftError LOCK_INVALID, FILE_FAILED
 */
export async function lockOutside(
  path: string,
  files: Files,
): Promise<{ readonly kind: 'lock' | 'folder'; readonly lock: BundleLock } | undefined> {
  if (/\.ya?ml$/.test(path)) return { kind: 'lock', lock: (await readLockFile(path, files)).lock }
  for (const title of [specTitle, lockTitle])
    if (await files.exists(`${path}/${title}`))
      return { kind: 'folder', lock: (await readLock(path, files)).lock }
  if ((await files.follow(path).catch(() => undefined))?.kind === 'folder')
    throw new SealiftError('FILE_FAILED', `${path} has no ${specTitle} and no ${lockTitle}`, {
      hints: [`name a folder with ${specTitle} and its lock, the lock itself, or a bundle`],
    })
  return undefined
}

async function readLockFile(path: string, files: Files): Promise<LockFile> {
  const text = await files.readText(path)
  return { lock: parseLock(text, path), text }
}
