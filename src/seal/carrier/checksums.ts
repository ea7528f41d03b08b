import { type SigningKey, signatureOf } from '../../bundle/sign/index.ts'
import { type Digest, hexOf } from '../../kernel/oci/index.ts'

/** The list of what travels, and its signature. */
export const sumsFile = 'SHA256SUMS'
export const sumsSignature = `${sumsFile}.sig`

/** A file of the folder. Size in bytes. */
export interface CarriedFile {
  readonly name: string
  readonly size: number
  readonly digest: Digest
}

/** The text of the list, as `openssl dgst -sha256 -r` prints it of these files and `sha256sum -c` reads it. */
export function printChecksums(files: readonly Pick<CarriedFile, 'name' | 'digest'>[]): string {
  return files.map(({ name, digest }) => `${hexOf(digest)} *${name}\n`).join('')
}

/** The signature of the list as OpenSSL takes it: bytes, ECDSA in DER. */
export function checksumsSignature(text: string, key: SigningKey): Uint8Array {
  return Buffer.from(signatureOf(Buffer.from(text), key), 'base64')
}

/** The line of a shell that checks the folder it stands in. ECDSA needs nothing but openssl, of any age. */
export function checkingLine(
  names: readonly string[],
  publicKey: string,
  type: SigningKey['public']['type'],
): string {
  const key = quoted(publicKey)
  // OpenSSL's own list of the files is the one that was signed.
  if (type === 'ecdsa')
    return `openssl dgst -sha256 -r ${names.map(quoted).join(' ')} | openssl dgst -sha256 -verify ${key} -signature ${sumsSignature}`
  return `openssl pkeyutl -verify -pubin -inkey ${key} -rawin -in ${sumsFile} -sigfile ${sumsSignature} && sha256sum -c ${sumsFile}`
}

/** A word of a shell. */
export function quoted(word: string): string {
  return /^[\w.+@%/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
