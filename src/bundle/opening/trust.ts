import { SealiftError } from '../../kernel/errors/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import type { Files } from '../../kernel/ports/index.ts'
import type { Bundle } from '../layout/index.ts'
import { type PublicKey, readPublicKey, requireSignature, type Voucher } from '../sign/index.ts'

/** Bytes that a signature's file may have. */
export const signatureLimit = 4096

/** Reads the public keys that a user names. @throws SealiftError KEY_INVALID, FILE_FAILED */
export async function readPublicKeys(paths: readonly string[], files: Files): Promise<PublicKey[]> {
  return Promise.all(paths.map(async path => readPublicKey(await files.readText(path), path)))
}

/**
 * Makes sure that one of the keys signed the very index.json that this bundle was opened with; everything else in
 * the bundle hangs on it by digest. `path` is the signature's. @throws SealiftError BUNDLE_UNSIGNED, SIGNATURE_INVALID, FILE_FAILED
 */
export async function requireSigned(
  path: string,
  { index }: Pick<Bundle, 'index'>,
  keys: readonly PublicKey[],
  files: Files,
): Promise<PublicKey> {
  return requireSignature(index, await files.readBeside(path, signatureLimit), keys, path)
}

/**
 * The gate before a bundle's charts and programs are run on a site: a key of the site must have signed it. Only
 * where the site names no keys may the user let an unsigned one pass. `path` is the signature's.
 * @throws SealiftError BUNDLE_UNSIGNED, SIGNATURE_INVALID, KEY_INVALID, FILE_FAILED
 */
export async function requireTrusted(
  path: string,
  bundle: Bundle,
  site: Site,
  allowUnsigned: boolean,
  files: Files,
): Promise<Voucher> {
  if (site.keys !== undefined) {
    const keys = site.keys.map((text, i) => readPublicKey(text, `keys[${i}] of the site file`))
    return (await requireSigned(path, bundle, keys, files)).fingerprint
  }
  if (allowUnsigned) return 'unsigned'
  throw new SealiftError(
    'BUNDLE_UNSIGNED',
    'the site file names no keys, so nobody answers for this bundle',
    {
      hints: [
        'put the public key of whoever builds your bundles into the site file, as an entry of "keys"',
        `or compare ${bundle.digest} with what build printed, and say --allow-unsigned`,
      ],
    },
  )
}
