import { generateKeyPairSync, type KeyObject, scryptSync } from 'node:crypto'
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import { describe, expect, test } from 'vitest'
import { isEncrypted, newKeyPair, readPrivateKey, readPublicKey } from '../../../../src/bundle/sign/index.ts'
import { Secret } from '../../../../src/kernel/ports/index.ts'

const passphrase = new Secret('correct horse')
const invalid = (part: string) =>
  expect.objectContaining({ code: 'KEY_INVALID', message: expect.stringContaining(part) })
const pkcs8 = (key: KeyObject, protect = {}) =>
  key.export({ format: 'pem', type: 'pkcs8', ...protect }).toString()
const spki = (key: KeyObject) => key.export({ format: 'pem', type: 'spki' }).toString()

/** Changes the JSON inside a key in cosign's form. */
function reboxed(
  pem: string,
  change: (box: { kdf: Record<string, unknown>; cipher: object }) => unknown,
): string {
  const body = Buffer.from(pem.replace(/-----.*-----/g, ''), 'base64').toString()
  const changed = Buffer.from(JSON.stringify(change(JSON.parse(body)))).toString('base64')
  return `-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n${changed}\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n`
}

const ecdsa = newKeyPair('ecdsa', passphrase)
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' })
const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })

describe('a private key', () => {
  test.each(['ecdsa', 'ed25519'] as const)('of type %s is read again with its passphrase', type => {
    const made = newKeyPair(type, passphrase)
    expect(made.privatePem).toMatch(/^-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n/)
    expect(isEncrypted(made.privatePem, 'a.key')).toBe(true)
    const read = readPrivateKey(made.privatePem, passphrase, 'a.key')
    expect(read.public).toMatchObject({ type, fingerprint: made.public.fingerprint, pem: made.public.pem })
    expect(readPublicKey(made.public.pem, 'a.pub').fingerprint).toBe(made.public.fingerprint)
  })

  test.each([2 ** 15, 2 ** 17])('in the older form of cosign, and with scrypt N = %i, is read', N => {
    const [salt, nonce] = [Buffer.alloc(32, 1), Buffer.alloc(24, 2)]
    const key = scryptSync(passphrase.reveal(), salt, 32, { N, r: 8, p: 1, maxmem: 2 ** 28 })
    const der = p256.privateKey.export({ format: 'der', type: 'pkcs8' })
    const pem = reboxed(ecdsa.privatePem, ({ kdf, cipher }) => ({
      kdf: { ...kdf, params: { N, r: 8, p: 1 }, salt: salt.toString('base64') },
      cipher: { ...cipher, nonce: nonce.toString('base64') },
      ciphertext: Buffer.from(xsalsa20poly1305(key, nonce).encrypt(der)).toString('base64'),
    })).replaceAll('SIGSTORE', 'COSIGN')
    const { fingerprint } = readPublicKey(spki(p256.publicKey), 'a.pub')
    expect(readPrivateKey(pem, passphrase, 'a.key').public.fingerprint).toBe(fingerprint)
  })

  test('in PKCS#8 is read, encrypted or not', () => {
    const plain = pkcs8(p256.privateKey)
    expect(isEncrypted(plain, 'a.key')).toBe(false)
    const { fingerprint } = readPrivateKey(plain, undefined, 'a.key').public
    expect(fingerprint).toBe(readPublicKey(spki(p256.publicKey), 'a.pub').fingerprint)
    const closed = pkcs8(p256.privateKey, { cipher: 'aes-256-cbc', passphrase: passphrase.reveal() })
    expect(isEncrypted(closed, 'a.key')).toBe(true)
    expect(readPrivateKey(closed, passphrase, 'a.key').public.fingerprint).toBe(fingerprint)
    expect(() => readPrivateKey(closed, new Secret('wrong'), 'a.key')).toThrow(invalid('passphrase'))
  })

  test('with a wrong passphrase, or none, is refused and says where one is read from', () => {
    for (const wrong of [new Secret('wrong'), new Secret(''), undefined])
      expect(() => readPrivateKey(ecdsa.privatePem, wrong, 'a.key')).toThrow(
        invalid('a.key cannot be opened'),
      )
  })

  test('that was cut is refused wherever it was cut', () => {
    for (let length = 0; length < ecdsa.privatePem.length - 1; length += 7)
      expect(() => readPrivateKey(ecdsa.privatePem.slice(0, length), passphrase, 'a.key')).toThrow(
        invalid('a.key'),
      )
  })

  test('with scrypt parameters that cosign does not write is refused before they are used', () => {
    for (const params of [
      { N: 2 ** 30, r: 8, p: 1 },
      { N: 2 ** 17, r: 2 ** 20, p: 1 },
      { N: 2 ** 17, r: 8, p: 2 ** 20 },
      { N: -1, r: 8, p: 1 },
      { N: 'x', r: 8, p: 1 },
    ]) {
      const hostile = reboxed(ecdsa.privatePem, box => ({ ...box, kdf: { ...box.kdf, params } }))
      expect(() => readPrivateKey(hostile, passphrase, 'a.key')).toThrow(invalid('is not an encrypted key'))
    }
  })

  test('with another cipher, KDF or nonce, or no JSON, is refused', () => {
    for (const change of [
      (box: { cipher: object }) => ({ ...box, cipher: { ...box.cipher, name: 'rot13' } }),
      (box: { cipher: object }) => ({ ...box, cipher: { ...box.cipher, nonce: 'AAAA' } }),
      (box: { kdf: object }) => ({ ...box, kdf: { ...box.kdf, name: 'pbkdf2' } }),
      (box: { kdf: object }) => ({ ...box, ciphertext: '!' }),
      () => [],
    ])
      expect(() => readPrivateKey(reboxed(ecdsa.privatePem, change), passphrase, 'a.key')).toThrow(
        invalid('is not an encrypted key'),
      )
  })

  test.each([
    ['RSA', pkcs8(rsa.privateKey), 'a key of type rsa'],
    ['P-384', pkcs8(p384.privateKey), 'on secp384r1'],
    [
      'an older PEM form',
      p256.privateKey.export({ format: 'pem', type: 'sec1' }).toString(),
      'EC PRIVATE KEY',
    ],
    ['a public key', ecdsa.public.pem, 'is a public key'],
    ['two keys in one file', pkcs8(p256.privateKey).repeat(2), 'not one block of PEM'],
    ['something much longer', `${pkcs8(p256.privateKey)}${' '.repeat(20_000)}`, 'not one block of PEM'],
  ])('%s is refused, and says what it is', (_, text, part) => {
    expect(() => readPrivateKey(text, passphrase, 'a.key')).toThrow(invalid(part))
  })

  test('is not in any message', () => {
    const damaged = pkcs8(p256.privateKey).replace(/\n.{8}/, '\nAAAAAAAA')
    try {
      readPrivateKey(damaged, undefined, 'a.key')
      expect.unreachable()
    } catch (error) {
      expect(error).toEqual(invalid('a.key is damaged'))
      for (const line of damaged.split('\n').slice(1, -2)) expect(String(error)).not.toContain(line)
    }
  })
})

describe('a public key', () => {
  test.each([
    ['RSA', spki(rsa.publicKey), 'a key of type rsa'],
    ['P-384', spki(p384.publicKey), 'on secp384r1'],
    ['a private key', pkcs8(p256.privateKey), 'is a private key'],
    ['an encrypted private key', ecdsa.privatePem, 'is a private key'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'is a CERTIFICATE'],
    ['a damaged one', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n', 'is damaged'],
    ['an empty file', '', 'not one block of PEM'],
  ])('%s is refused, and says what it is', (_, text, part) => {
    expect(() => readPublicKey(text, 'a.pub')).toThrow(invalid(part))
  })
})

test('a file of white space is refused as fast as any other', () => {
  const text = `-----BEGIN PUBLIC KEY-----\n${' \n'.repeat(8000)}!-----END PUBLIC KEY-----\n`
  expect(() => readPublicKey(text.slice(0, 16_000), 'spaces.pub')).toThrow('is not one block of PEM')
})
