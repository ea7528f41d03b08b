import * as z from 'zod'
import { type Digest, digestShape } from '../../kernel/oci/index.ts'
import type { Files, Secret } from '../../kernel/ports/index.ts'
import { isEncrypted, readPrivateKey, type SigningKey, signatureOf } from '../sign/index.ts'

/** Gives the passphrase of a key by the path of its file; `fresh` when it is for a new one. */
export type AskPassphrase = (path: string, fresh?: boolean) => Promise<Secret>

/** A signature that was written. */
export const signed = z.strictObject({
  /** Path of the `.sig` file. */
  path: z.string(),
  /** The bundle's identity: the digest of the index.json that was signed. */
  digest: digestShape,
  /** Fingerprint of the key. */
  key: digestShape,
})
export type Signed = z.infer<typeof signed>

/** Reads a private key, and asks for its passphrase when it has one. @throws SealiftError KEY_INVALID, FILE_FAILED */
export async function openSigningKey(path: string, files: Files, ask: AskPassphrase): Promise<SigningKey> {
  const text = await files.readText(path)
  return readPrivateKey(text, isEncrypted(text, path) ? await ask(path) : undefined, path)
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
