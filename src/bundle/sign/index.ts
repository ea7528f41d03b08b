/**
 * Keys and signatures: takes key files as text and gives keys that sign or verify the bytes of a bundle's
 * index.json, in the forms that cosign reads and writes. Never reads a file, asks for a passphrase, or prints a key.
 */
export { newKeyPair } from './key-pair.ts'
export { isEncrypted, readPrivateKey, type SigningKey } from './private-key.ts'
export { type KeyType, keyTypes, type PublicKey, readPublicKey } from './public-key.ts'
export { requireSignature, signatureOf } from './signature.ts'
export { type Voucher, voucher } from './voucher.ts'
