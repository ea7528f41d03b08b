import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Secret } from '../../kernel/ports/index.ts'
import { keyInvalid, type Pem, readPem } from './pem.ts'
import { type PublicKey, publicKey, refused } from './public-key.ts'
import { openBox, wrongPassphrase } from './secret-box.ts'

/** A key that signs, with its public half. */
export interface SigningKey {
  readonly public: PublicKey
  readonly key: KeyObject
}

/** The label that cosign gives its keys since 2.0. */
export const sigstoreLabel = 'ENCRYPTED SIGSTORE PRIVATE KEY'
const boxed: readonly string[] = [sigstoreLabel, 'ENCRYPTED COSIGN PRIVATE KEY']
const pkcs8 = 'PRIVATE KEY'
const encryptedPkcs8 = 'ENCRYPTED PRIVATE KEY'

/** Whether a private key's text says that a passphrase protects it. @throws SealiftError KEY_INVALID when it is none */
export function isEncrypted(text: string, where: string): boolean {
  return privatePem(text, where).label !== pkcs8
}

/**
 * Reads a private key: cosign's own form (both labels), or PKCS#8 (RFC 5208), encrypted or not. `passphrase` is
 * not used for one that is not encrypted. @throws SealiftError KEY_INVALID
 */
export function readPrivateKey(text: string, passphrase: Secret | undefined, where: string): SigningKey {
  const { label, bytes } = privatePem(text, where)
  if (label !== pkcs8 && passphrase === undefined) throw wrongPassphrase(where)
  try {
    const key =
      label === encryptedPkcs8
        ? openPkcs8(bytes, passphrase, where)
        : readPkcs8(passphrase && boxed.includes(label) ? openBox(bytes, passphrase, where) : bytes)
    return { public: publicKey(key, where), key }
  } catch (error) {
    throw refused(error, where)
  }
}

function privatePem(text: string, where: string): Pem {
  const pem = readPem(text, where)
  if ([...boxed, pkcs8, encryptedPkcs8].includes(pem.label)) return pem
  if (pem.label === 'PUBLIC KEY') throw keyInvalid(where, 'is a public key; the .key file beside it signs')
  throw keyInvalid(where, `is a ${pem.label}, which is not read`, [
    'make it PKCS#8: openssl pkcs8 -topk8 -in OLD -out NEW; or make a key: sealift keys new NAME',
  ])
}

function readPkcs8(der: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
}

function openPkcs8(der: Buffer, passphrase: Secret | undefined, where: string): KeyObject {
  try {
    return createPrivateKey({
      key: der,
      format: 'der',
      type: 'pkcs8',
      passphrase: passphrase?.reveal() ?? '',
    })
  } catch {
    throw wrongPassphrase(where)
  }
}
