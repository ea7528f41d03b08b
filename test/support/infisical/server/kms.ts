import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import type { Database } from './database.ts'

/** Encrypts and decrypts values with the instance's root key (AES-256-GCM; iv 12 + tag 16 + data). */
export interface Kms {
  encrypt(text: string): Buffer
  decrypt(sealed: Buffer): string
}

const rootId = '00000000-0000-0000-0000-000000000000'

function seal(key: KeyObject, data: Buffer): Buffer {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const sealed = Buffer.concat([cipher.update(data), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed])
}

function open(key: KeyObject, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 })
  decipher.setAuthTag(sealed.subarray(12, 28))
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()])
}

/**
 * Takes the root key from the database, or makes it on the first start. It is wrapped by `encryptionKey`,
 * whose 32 hexadecimal characters are used as 32 bytes.
 * @throws Error when the database was initialised with another ENCRYPTION_KEY.
 */
export async function openKms(db: Database, encryptionKey: string): Promise<Kms> {
  const wrapping = createSecretKey(Buffer.from(encryptionKey))
  const fresh = seal(wrapping, randomBytes(32))
  await db.all(
    'INSERT INTO kms_root_config (id, "encryptedRootKey") VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [rootId, fresh],
  )
  const row = await db.first<{ encryptedRootKey: Buffer }>('SELECT "encryptedRootKey" FROM kms_root_config')
  let root: Buffer
  try {
    root = open(wrapping, row?.encryptedRootKey ?? fresh)
  } catch (error) {
    const hint = 'ENCRYPTION_KEY is not the one this database was initialised with'
    throw new Error(`failed to decrypt the KMS root key: ${hint}`, { cause: error })
  }
  // Made once: of a plain buffer each value would make its own, which takes as long again.
  const key = createSecretKey(root)
  return {
    encrypt: text => seal(key, Buffer.from(text)),
    decrypt: sealed => open(key, sealed).toString(),
  }
}
