import { SealiftError } from '../../kernel/errors/index.ts'
import type { Files } from '../../kernel/ports/index.ts'
import { type Bundle, openBundle, signaturePath } from '../layout/index.ts'
import type { BundleLock } from '../lock/index.ts'
import type { PublicKey } from '../sign/index.ts'
import { lockOutside } from './read-lock.ts'
import { requireSigned } from './trust.ts'

/** What has a lock: a file or a spec's folder, or a bundle, which is open then. */
export interface Locked {
  readonly path: string
  readonly kind: 'lock' | 'folder' | 'bundle'
  readonly lock: BundleLock
  readonly bundle?: Bundle
  /** Where the bundle's signature lies, if there is one. */
  readonly signature?: string
}

/** Works with what a path stands for. @throws SealiftError LOCK_INVALID, BUNDLE_*, FILE_FAILED, and what the work throws */
export async function withLocked<T>(
  path: string,
  files: Files,
  work: (locked: Locked) => Promise<T>,
): Promise<T> {
  const outside = await lockOutside(path, files)
  if (outside !== undefined) return await work({ path, ...outside })
  const source = await files.openBundle(path)
  try {
    const bundle = await openBundle(source)
    const { lock } = bundle
    return await work({ path, kind: 'bundle', lock, bundle, signature: signaturePath(source) })
  } finally {
    await source.close()
  }
}

/**
 * Makes sure that it is a bundle that one of the keys has signed.
 * @throws SealiftError USAGE where it is none, and as {@link requireSigned}
 */
export async function requireSignedBundle(
  { path, bundle, signature = '' }: Locked,
  keys: readonly PublicKey[],
  files: Files,
): Promise<void> {
  if (bundle === undefined)
    throw new SealiftError('USAGE', `${path} is no bundle: only a bundle can be signed`)
  await requireSigned(signature, bundle, keys, files)
}
