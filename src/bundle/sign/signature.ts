import { type KeyObject, sign, verify } from 'node:crypto'
import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { SigningKey } from './private-key.ts'
import type { KeyType, PublicKey } from './public-key.ts'

// As `cosign sign-blob` does without a transparency log: ECDSA over the SHA-256 in DER, Ed25519 over the bytes
// themselves (not Ed25519ph), in base64.
const hash: Readonly<Record<KeyType, string | null>> = { ecdsa: 'sha256', ed25519: null }
const withForm = (key: KeyObject) => ({ key, dsaEncoding: 'der' as const })

/** Signs bytes; gives what a `.sig` file holds, one line of base64. */
export function signatureOf(bytes: Uint8Array, { key, public: { type } }: SigningKey): string {
  return `${sign(hash[type], bytes, withForm(key)).toString('base64')}\n`
}

/**
 * Makes sure that one of the keys signed these bytes, and gives that key. `text` is what the `.sig` file holds,
 * `undefined` when there is none; `where` names that file.
 * @throws SealiftError BUNDLE_UNSIGNED, SIGNATURE_INVALID that lists the keys that were tried
 */
export function requireSignature(
  bytes: Uint8Array,
  text: string | undefined,
  keys: readonly PublicKey[],
  where: string,
): PublicKey {
  const line = text?.trim() ?? ''
  if (line === '') {
    throw new SealiftError(
      'BUNDLE_UNSIGNED',
      `the bundle has no signature: ${printable(where)} is missing or empty`,
      {
        hints: [
          'carry the .sig file beside the bundle; whoever built it signs with: sealift sign BUNDLE --key KEY',
        ],
      },
    )
  }
  const signature = /^[A-Za-z0-9+/]{16,1024}={0,2}$/.test(line) ? Buffer.from(line, 'base64') : undefined
  const signer =
    signature && keys.find(({ key, type }) => verify(hash[type], bytes, withForm(key), signature))
  if (signer !== undefined) return signer
  throw new SealiftError(
    'SIGNATURE_INVALID',
    signature
      ? `${printable(where)} is not a signature of this bundle by a key that is trusted here`
      : `${printable(where)} is no signature: it is not one line of base64`,
    {
      faults: keys.map(({ fingerprint, type }) => `tried ${type} key ${fingerprint}`),
      hints: ['do not use this bundle before you know why: it was changed, or someone else signed it'],
    },
  )
}
