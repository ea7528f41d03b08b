/** A self-signed certificate made with nothing but node:crypto (RFC 5280, in DER). */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIPv4 } from 'node:net'

/** A certificate that is its own CA, and its key, in PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** Whether another program has written all of the certificate in the file `path`: it is there before it is whole. */
export async function isWhole(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.trimEnd().endsWith('-----END CERTIFICATE-----')
}

/** One DER element. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  const length = body.length.toString(16)
  const long = Buffer.from(length.length % 2 ? `0${length}` : length, 'hex')
  const head = body.length < 128 ? [body.length] : [0x80 | long.length, ...long]
  return Buffer.concat([Buffer.from([tag, ...head]), body])
}

const sequence = (...content: readonly Uint8Array[]) => der(0x30, ...content)
const set = (...content: readonly Uint8Array[]) => der(0x31, ...content)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const octets = (content: Uint8Array) => der(0x04, content)
const time = (date: string) => der(0x18, Buffer.from(date))

const commonName = oid('550403')
const basicConstraints = oid('551d13')
const subjectAltName = oid('551d11')
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))

/** A certificate for 127.0.0.1 and these names and IPv4 addresses, for servers and clients, valid from 2020 to `end` (`YYYYMMDD`). */
export function selfSigned(name: string, hosts: readonly string[] = [], end = '20991231'): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const subject = sequence(set(sequence(commonName, der(0x0c, Buffer.from(name)))))
  const alternative = (host: string) =>
    isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host))
  const names = sequence(...['127.0.0.1', ...hosts].map(alternative))
  const isCa = sequence(der(0x01, Buffer.from([0xff])))
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1, ...randomBytes(8)])),
    ecdsaWithSha256,
    subject,
    sequence(time('20200101000000Z'), time(`${end}235959Z`)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(sequence(basicConstraints, octets(isCa)), sequence(subjectAltName, octets(names)))),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey))
  // No empty line before the end: OpenSSL takes no such file.
  const encoded = sequence(body, ecdsaWithSha256, signature)
    .toString('base64')
    .replace(/.{64}(?!$)/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${encoded}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
