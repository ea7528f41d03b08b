import * as z from 'zod'
import type { AskPassphrase } from '../../bundle/opening/index.ts'
import { type KeyType, keyTypes, newKeyPair } from '../../bundle/sign/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { digestShape } from '../../kernel/oci/index.ts'
import type { Files } from '../../kernel/ports/index.ts'

/** A key that was made. */
export const madeKey = z.strictObject({
  type: z.enum(keyTypes),
  /** Paths of the two files. */
  private: z.string(),
  public: z.string(),
  fingerprint: digestShape,
})
type NewKey = z.infer<typeof madeKey>

/**
 * Makes `NAME.key`, closed with a passphrase and readable by its owner only, and `NAME.pub`.
 * @throws SealiftError USAGE for a path that names no file, FILE_FAILED when one of them is there already; KEY_INVALID, DISK_FULL
 */
export async function newKey(name: string, type: KeyType, files: Files, ask: AskPassphrase): Promise<NewKey> {
  if (/(^|\/)\.{0,2}$/.test(name))
    throw new SealiftError('USAGE', `${name === '' ? 'the path' : name} names no file for a key`, {
      hints: ['name the key: sealift keys new release'],
    })
  const paths = { private: `${name}.key`, public: `${name}.pub` }
  for (const path of Object.values(paths)) {
    if (!(await files.exists(path))) continue
    throw new SealiftError('FILE_FAILED', `${path} is there already, and a key is never overwritten`, {
      hints: ['choose another name'],
    })
  }
  const made = newKeyPair(type, await ask(paths.private, true))
  // The public one first: a private key without it could not be made whole again, and would be in the way.
  await files.write(paths.public, made.public.pem)
  await files.write(paths.private, made.privatePem, 0o600)
  return { type, ...paths, fingerprint: made.public.fingerprint }
}
