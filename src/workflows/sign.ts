import { openBundle } from '../bundle/index.ts'
import { SealiftError } from '../errors/index.ts'
import type { Digest } from '../oci/index.ts'
import type { BundleSource, Files, Secret } from '../ports/index.ts'
import {
  isEncrypted,
  type KeyType,
  newKeyPair,
  readPrivateKey,
  type SigningKey,
  signatureOf,
} from '../sign/index.ts'

/** Gives the passphrase of a key; `fresh` when it is for a new one. */
export type AskPassphrase = (fresh: boolean) => Promise<Secret>

/** Where a bundle's signature lies: beside the file, or beside the volumes under the name that they share. */
export function signaturePath({ path }: Pick<BundleSource, 'path'>): string {
  return `${path}.sig`
}

/** A signature that was written. */
export interface Signed {
  /** Path of the `.sig` file. */
  readonly path: string
  /** The bundle's identity: the digest of the index.json that was signed. */
  readonly digest: Digest
  /** Fingerprint of the key. */
  readonly key: Digest
}

/** Reads a private key, and asks for its passphrase when it has one. @throws SealiftError KEY_INVALID, FILE_FAILED */
export async function openSigningKey(path: string, files: Files, ask: AskPassphrase): Promise<SigningKey> {
  const text = await files.readText(path)
  return readPrivateKey(text, isEncrypted(text, path) ? await ask(false) : undefined, path)
}

/** Writes the signature of an index.json to `path`. @throws SealiftError FILE_FAILED, DISK_FULL */
export async function writeSignature(
  path: string,
  { index, digest }: { readonly index: Uint8Array; readonly digest: Digest },
  key: SigningKey,
  files: Files,
): Promise<Signed> {
  await files.write(path, signatureOf(index, key))
  return { path, digest, key: key.public.fingerprint }
}

/**
 * Signs a finished bundle. Its form is checked, its layers are not read: that is what verify does.
 * @throws SealiftError KEY_INVALID, FILE_FAILED, DISK_FULL, BUNDLE_MALFORMED, BUNDLE_DAMAGED
 */
export async function sign(
  bundle: string,
  keyFile: string,
  files: Files,
  ask: AskPassphrase,
): Promise<Signed> {
  const source = await files.openBundle(bundle)
  try {
    const opened = await openBundle(source)
    return await writeSignature(
      signaturePath(source),
      opened,
      await openSigningKey(keyFile, files, ask),
      files,
    )
  } finally {
    await source.close()
  }
}

/** A key that was made. */
export interface NewKey {
  readonly type: KeyType
  readonly private: string
  readonly public: string
  readonly fingerprint: Digest
}

/**
 * Makes `NAME.key`, closed with a passphrase and readable by its owner only, and `NAME.pub`.
 * @throws SealiftError FILE_FAILED when one of them is there already; KEY_INVALID, DISK_FULL
 */
export async function newKey(name: string, type: KeyType, files: Files, ask: AskPassphrase): Promise<NewKey> {
  const paths = { private: `${name}.key`, public: `${name}.pub` }
  for (const path of Object.values(paths)) {
    if (!(await files.exists(path))) continue
    throw new SealiftError('FILE_FAILED', `${path} is there already, and a key is never overwritten`, {
      hints: ['choose another name'],
    })
  }
  const made = newKeyPair(type, await ask(true))
  // The public one first: a private key without it could not be made whole again, and would be in the way.
  await files.write(paths.public, made.public.pem)
  await files.write(paths.private, made.privatePem, 0o600)
  return { type, ...paths, fingerprint: made.public.fingerprint }
}
