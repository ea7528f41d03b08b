import { describe, expect, test } from 'vitest'
import {
  newKeyPair,
  readPrivateKey,
  requireSignature,
  signatureOf,
} from '../../../../src/bundle/sign/index.ts'
import { Secret } from '../../../../src/kernel/ports/index.ts'

const passphrase = new Secret('correct horse')
const bytes = Buffer.from('{"schemaVersion":2}')
const keyOf = (type: 'ecdsa' | 'ed25519') =>
  readPrivateKey(newKeyPair(type, passphrase).privatePem, passphrase, 'a.key')
const [ours, other, third] = [keyOf('ecdsa'), keyOf('ed25519'), keyOf('ecdsa')]
const refused = (code: string) => expect.objectContaining({ code })

describe.each([
  ['ecdsa', ours],
  ['ed25519', other],
])('a signature by a key of type %s', (_, key) => {
  const text = signatureOf(bytes, key)

  test('is one line of base64, and accepted by that key among others', () => {
    expect(text).toMatch(/^[A-Za-z0-9+/]+=*\n$/)
    const keys = [third.public, ours.public, other.public]
    expect(requireSignature(bytes, text, keys, 'b.tar.sig')).toEqual(key.public)
    expect(requireSignature(bytes, text.trim(), keys, 'b.tar.sig')).toEqual(key.public)
  })

  test('is not one of other bytes', () => {
    const changed = Buffer.from('{"schemaVersion":3}')
    expect(() => requireSignature(changed, text, [key.public], 'b.tar.sig')).toThrow(
      refused('SIGNATURE_INVALID'),
    )
  })

  test('is not accepted with any byte of it changed', () => {
    const raw = Buffer.from(text, 'base64')
    for (const [i, byte] of raw.entries()) {
      const changed = Buffer.from(raw)
      changed[i] = byte ^ 1
      expect(() => requireSignature(bytes, changed.toString('base64'), [key.public], 'b.tar.sig')).toThrow(
        refused('SIGNATURE_INVALID'),
      )
    }
  })

  test('by nobody trusted is refused, with every key that was tried', () => {
    const keys = [ours, other, third].filter(tried => tried !== key).map(tried => tried.public)
    expect(() => requireSignature(bytes, text, keys, 'b.tar.sig')).toThrow(
      expect.objectContaining({
        code: 'SIGNATURE_INVALID',
        faults: keys.map(({ type, fingerprint }) => `tried ${type} key ${fingerprint}`),
      }),
    )
    expect(() => requireSignature(bytes, text, [], 'b.tar.sig')).toThrow(refused('SIGNATURE_INVALID'))
  })
})

test.each([
  ['none', undefined],
  ['an empty file', ''],
  ['only white space', ' \n'],
])('%s: the bundle is unsigned', (_, text) => {
  expect(() => requireSignature(bytes, text, [ours.public], 'b.tar.sig')).toThrow(refused('BUNDLE_UNSIGNED'))
})

test.each([
  ['text', 'no signature at all'],
  ['two lines', signatureOf(bytes, ours).repeat(2)],
  ['far too long', 'A'.repeat(100_000)],
  ['a JSON bundle', '{"base64Signature":"AAAA"}'],
])('%s is no signature', (_, text) => {
  expect(() => requireSignature(bytes, text, [ours.public], 'b.tar.sig')).toThrow(
    expect.objectContaining({ code: 'SIGNATURE_INVALID', message: expect.stringContaining('not one line') }),
  )
})
