import { generateKeyPairSync } from 'node:crypto'
import type { Secret } from '../../kernel/ports/index.ts'
import { printPem } from './pem.ts'
import { sigstoreLabel } from './private-key.ts'
import { type KeyType, type PublicKey, publicKey } from './public-key.ts'
import { sealBox } from './secret-box.ts'

/** Makes a new key: its private half as a PEM text in cosign's form, closed with the passphrase, and its public half. */
export function newKeyPair(type: KeyType, passphrase: Secret): { privatePem: string; public: PublicKey } {
  const { privateKey } =
    type === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const der = privateKey.export({ format: 'der', type: 'pkcs8' })
  const privatePem = printPem({ label: sigstoreLabel, bytes: sealBox(der, passphrase) })
  return { privatePem, public: publicKey(privateKey, 'the new key') }
}
