import { randomBytes, scryptSync } from 'node:crypto'
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import * as z from 'zod'
import type { Secret } from '../../kernel/ports/index.ts'
import { keyInvalid } from './pem.ts'

// How cosign protects a private key: go-securesystemslib's package `encrypted`, JSON that names an scrypt and a
// NaCl secretbox (XSalsa20-Poly1305).

const base64 = z.base64().transform(text => Buffer.from(text, 'base64'))
const box = z.object({
  kdf: z.object({
    name: z.literal('scrypt'),
    // Only the strengths that package knows: others would let a foreign file take all memory and hours.
    params: z.object({ N: z.literal([2 ** 15, 2 ** 16, 2 ** 17]), r: z.literal(8), p: z.literal(1) }),
    salt: base64,
  }),
  cipher: z.object({
    name: z.literal('nacl/secretbox'),
    nonce: base64.refine(bytes => bytes.length === 24),
  }),
  ciphertext: base64,
})

function derive(passphrase: Secret, salt: Uint8Array, { N, r, p }: { N: number; r: number; p: number }) {
  return scryptSync(passphrase.reveal(), salt, 32, { N, r, p, maxmem: 256 * N * r })
}

/** Opens what {@link sealBox} or cosign closed. `where` names it in messages. @throws SealiftError KEY_INVALID */
export function openBox(content: Uint8Array, passphrase: Secret, where: string): Uint8Array {
  const { kdf, cipher, ciphertext } = parseBox(content, where)
  try {
    return xsalsa20poly1305(derive(passphrase, kdf.salt, kdf.params), cipher.nonce).decrypt(ciphertext)
  } catch {
    throw wrongPassphrase(where)
  }
}

function parseBox(content: Uint8Array, where: string): z.infer<typeof box> {
  try {
    return box.parse(JSON.parse(Buffer.from(content).toString('utf8')))
  } catch {
    throw keyInvalid(where, 'is not an encrypted key in a form that cosign or Sealift writes')
  }
}

/** Closes bytes with a passphrase, with the strength that cosign uses. */
export function sealBox(content: Uint8Array, passphrase: Secret): Buffer {
  const params = { N: 2 ** 16, r: 8, p: 1 }
  const [salt, nonce] = [randomBytes(32), randomBytes(24)]
  const ciphertext = xsalsa20poly1305(derive(passphrase, salt, params), nonce).encrypt(content)
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  const kdf = { name: 'scrypt', params, salt: text(salt) }
  const cipher = { name: 'nacl/secretbox', nonce: text(nonce) }
  return Buffer.from(JSON.stringify({ kdf, cipher, ciphertext: text(ciphertext) }))
}

/** A passphrase that does not open a key. */
export function wrongPassphrase(where: string): Error {
  return keyInvalid(where, 'cannot be opened: the passphrase is wrong, or the file was changed', [
    'the passphrase is read from SEALIFT_KEY_PASSPHRASE, then COSIGN_PASSWORD, then asked for on a terminal',
  ])
}
