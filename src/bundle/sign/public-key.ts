import { createPublicKey, type KeyObject } from 'node:crypto'
import { SealiftError } from '../../kernel/errors/index.ts'
import { type Digest, digestOf } from '../../kernel/oci/index.ts'
import { keyInvalid, printPem, readPem } from './pem.ts'

/** The kinds of keys that sign: ECDSA on P-256 with SHA-256, and Ed25519. */
export const keyTypes = ['ecdsa', 'ed25519'] as const
export type KeyType = (typeof keyTypes)[number]

/** A key that verifies. */
export interface PublicKey {
  readonly type: KeyType
  /** Its name everywhere: sha256 over its SPKI in DER. */
  readonly fingerprint: Digest
  /** SPKI as PEM: what a `.pub` file and a site file hold. */
  readonly pem: string
  readonly key: KeyObject
}

const label = 'PUBLIC KEY'

/** Reads a public key: one PEM block with an SPKI (RFC 5280). `where` names it in messages. @throws SealiftError KEY_INVALID */
export function readPublicKey(text: string, where: string): PublicKey {
  const pem = readPem(text, where)
  if (pem.label.endsWith('PRIVATE KEY')) {
    throw keyInvalid(where, 'is a private key, and a public key is wanted here', [
      'name the .pub file; the .key file stays with who signs',
    ])
  }
  if (pem.label !== label) throw keyInvalid(where, `is a ${pem.label}, not a ${label}`)
  try {
    return publicKey(createPublicKey({ key: pem.bytes, format: 'der', type: 'spki' }), where)
  } catch (error) {
    throw refused(error, where)
  }
}

/** Makes a public key of Node's; gives the public half of a private one. @throws SealiftError KEY_INVALID for other kinds */
export function publicKey(key: KeyObject, where: string): PublicKey {
  const type = keyType(key, where)
  const half = key.type === 'private' ? createPublicKey(key) : key
  const der = half.export({ format: 'der', type: 'spki' })
  return { type, fingerprint: digestOf(der), pem: printPem({ label, bytes: der }), key: half }
}

function keyType({ asymmetricKeyType: type, asymmetricKeyDetails }: KeyObject, where: string): KeyType {
  if (type === 'ed25519') return type
  const curve = asymmetricKeyDetails?.namedCurve
  if (type === 'ec' && curve === 'prime256v1') return 'ecdsa'
  const what = type === 'ec' ? `an ECDSA key on ${curve ?? 'a curve of its own'}` : `a key of type ${type}`
  throw keyInvalid(where, `is ${what}; Sealift signs with ECDSA on P-256, and with Ed25519`, [
    'make a key: sealift keys new NAME',
  ])
}

/** What OpenSSL threw, as our error: its own words say nothing to people. */
export function refused(error: unknown, where: string): SealiftError {
  return error instanceof SealiftError
    ? error
    : keyInvalid(where, 'is damaged: what its PEM block holds is no key')
}
