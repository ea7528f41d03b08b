import { printable, SealiftError } from '../../kernel/errors/index.ts'

/** The one block of a PEM text (RFC 7468): its label and bytes. */
export interface Pem {
  readonly label: string
  readonly bytes: Buffer
}

// More than the largest key with its parameters; a file that is longer is something else.
const limit = 16 * 1024
const block = /^-----BEGIN ([A-Z0-9 ]{1,64})-----\n([^-]+)-----END \1-----$/
const base64 = /^[A-Za-z0-9+/]+={0,2}$/

/** Reads a text that is one PEM block. `where` names it in messages. @throws SealiftError KEY_INVALID */
export function readPem(text: string, where: string): Pem {
  const lines = text.length > limit ? '' : text.replaceAll('\r', '').trim()
  const [, label = '', lined = ''] = block.exec(lines) ?? []
  const body = lined.split(/\s/).join('')
  if (label === '' || !base64.test(body))
    throw keyInvalid(where, 'is not one block of PEM', ['make a key: sealift keys new NAME'])
  return { label, bytes: Buffer.from(body, 'base64') }
}

/** A PEM text, lines of 64 characters, as OpenSSL and Go write it. */
export function printPem({ label, bytes }: Pem): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/** What is wrong with a key, as our error; never says anything of its content. */
export function keyInvalid(where: string, fault: string, hints: readonly string[] = []): SealiftError {
  return new SealiftError('KEY_INVALID', `${printable(where)} ${fault}`, { hints })
}
