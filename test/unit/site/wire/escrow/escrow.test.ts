import { inspect } from 'node:util'
import { armor, Encrypter } from 'age-encryption'
import { expect, test } from 'vitest'
import { Secret } from '../../../../../src/kernel/ports/index.ts'
import { printEscrow } from '../../../../../src/site/wire/escrow/document.ts'
import { openEscrow, sealEscrow } from '../../../../../src/site/wire/escrow/index.ts'
import { rejection } from '../memory.ts'
import { escrow, newIdentity, nobodyAsked } from './escrows.ts'

const bytes = (text: string) => Buffer.from(text)

test.each([false, true])('each recipient opens it, post-quantum %s, and nobody else', async hybrid => {
  const [one, other, stranger] = [await newIdentity(hybrid), await newIdentity(hybrid), await newIdentity()]
  const file = await sealEscrow(escrow, [one.recipient, other.recipient])
  for (const { identity } of [one, other]) {
    const opened = await openEscrow(bytes(file), 'x.age', [stranger.identity, identity], nobodyAsked)
    expect({ ...opened, keys: undefined }).toEqual({ ...escrow, keys: undefined })
    expect(opened.keys.encryptionKey.reveal()).toBe(escrow.keys.encryptionKey.reveal())
    expect(opened.keys.authSecret.reveal()).toBe(escrow.keys.authSecret.reveal())
  }
  expect(await rejection(openEscrow(bytes(file), 'x.age', [stranger.identity], nobodyAsked))).toMatchObject({
    code: 'KEY_INVALID',
    message: 'x.age cannot be opened: it was not encrypted to any of these identities',
  })
})

test('is text that shows nothing of what is in it', async () => {
  const file = await sealEscrow(escrow, [(await newIdentity()).recipient])
  expect(file).toMatch(
    /^-----BEGIN AGE ENCRYPTED FILE-----\n[A-Za-z0-9+/=\n]+\n-----END AGE ENCRYPTED FILE-----\n$/,
  )
  for (const part of [escrow.site, escrow.fingerprint, escrow.keys.encryptionKey.reveal()])
    expect(Buffer.from(file.replaceAll(/---.*\n/g, ''), 'base64').toString('latin1')).not.toContain(part)
  expect(inspect(printEscrow(escrow))).toBe('[secret]')
})

test('that went through a mail program or an editor is opened', async () => {
  const { identity, recipient } = await newIdentity()
  const file = await sealEscrow(escrow, [recipient])
  for (const text of [file.replaceAll('\n', '\r\n'), `\n\n${file}\n \n`]) {
    const opened = await openEscrow(bytes(text), 'x.age', [identity], nobodyAsked)
    expect(opened.fingerprint).toBe(escrow.fingerprint)
  }
})

test('without an identity says that one is needed', async () => {
  const file = await sealEscrow(escrow, [(await newIdentity()).recipient])
  expect(await rejection(openEscrow(bytes(file), 'x.age', [], nobodyAsked))).toMatchObject({
    message: 'x.age is encrypted to age recipients: an identity of theirs opens it',
    hints: ['name the file of the identity with -i'],
  })
})

test('closed with a passphrase asks for it', async () => {
  const encrypter = new Encrypter()
  encrypter.setPassphrase('correct horse')
  encrypter.setScryptWorkFactor(10)
  const file = armor.encode(await encrypter.encrypt(printEscrow(escrow).reveal()))
  const opened = await openEscrow(bytes(file), 'x.age', [], async () => new Secret('correct horse'))
  expect(opened.fingerprint).toBe(escrow.fingerprint)
  const wrong = await rejection(openEscrow(bytes(file), 'x.age', [], async () => new Secret('battery')))
  expect(wrong.message).toBe('x.age cannot be opened: the passphrase is wrong')
})

test('that somebody has opened with age itself is taken', async () => {
  const opened = await openEscrow(bytes(printEscrow(escrow).reveal()), '/dev/stdin', [], nobodyAsked)
  expect(opened.fingerprint).toBe(escrow.fingerprint)
})

const damaged = (file: string) => `${file.slice(0, 300)}${file[300] === 'A' ? 'B' : 'A'}${file.slice(301)}`

test('damaged, cut, of something else, or changed by hand is refused, and not shown', async () => {
  const { identity, recipient } = await newIdentity()
  const file = await sealEscrow(escrow, [recipient])
  const text = printEscrow(escrow).reveal()
  const other = text.replace(/"ENCRYPTION_KEY": "..../, '"ENCRYPTION_KEY": "ffff')
  const cases = [
    [damaged(file), 'x.age is damaged, or no age file'],
    [file.slice(0, 250), 'x.age is damaged, or no age file'],
    ['', "x.age is no escrow of a site's keys"],
    ['ENCRYPTION_KEY=sesame', "x.age is no escrow of a site's keys"],
    ['{"kind":"KeysEscrow"}', "x.age is no escrow of a site's keys"],
    ['null', "x.age is no escrow of a site's keys"],
    [other, 'the keys in x.age do not have the fingerprint that it names'],
  ] as const
  for (const [content, message] of cases) {
    const error = await rejection(openEscrow(bytes(content), 'x.age', [identity], nobodyAsked))
    expect(error).toMatchObject({ code: 'KEY_INVALID', message })
    for (const secret of ['sesame', escrow.keys.authSecret.reveal()])
      expect(inspect(error)).not.toContain(secret)
  }
})
