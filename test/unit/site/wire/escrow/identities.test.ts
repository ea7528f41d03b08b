import { inspect } from 'node:util'
import { Encrypter } from 'age-encryption'
import { expect, test } from 'vitest'
import { Secret } from '../../../../../src/kernel/ports/index.ts'
import { identitiesIn } from '../../../../../src/site/wire/escrow/index.ts'
import { rejection } from '../memory.ts'
import { newIdentity, nobodyAsked } from './escrows.ts'

test('are read as age-keygen writes them', async () => {
  const [one, other] = [await newIdentity(), await newIdentity(true)]
  const text = `# created: 2026-11-29\n# public key: ${one.recipient}\n${one.identity.reveal()}\r\n\n${other.identity.reveal()}`
  const found = await identitiesIn(Buffer.from(text), 'id.txt', nobodyAsked)
  expect(found.map(each => each.reveal())).toEqual([one.identity.reveal(), other.identity.reveal()])
})

test('in a file that is itself closed with a passphrase ask for it', async () => {
  const { identity } = await newIdentity()
  const encrypter = new Encrypter()
  encrypter.setPassphrase('correct horse')
  encrypter.setScryptWorkFactor(10)
  const file = await encrypter.encrypt(`${identity.reveal()}\n`)
  const found = await identitiesIn(file, 'id.age', async () => new Secret('correct horse'))
  expect(found.map(each => each.reveal())).toEqual([identity.reveal()])
  expect((await rejection(identitiesIn(file, 'id.age', async () => new Secret('no')))).message).toBe(
    'id.age cannot be opened: the passphrase is wrong',
  )
})

test('that are none are named by their lines, without their text', async () => {
  const { identity } = await newIdentity()
  const cut = identity.reveal().slice(0, -1)
  const cases = [
    [
      `${cut}\nAGE-PLUGIN-YUBIKEY-1QQ`,
      [
        'line 1 is no age identity, or is mistyped',
        'line 2 is an identity of a plugin, which only age itself runs',
      ],
    ],
    ['# nothing\n', ['it has no identity']],
    [
      '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n',
      ['it is a private key of SSH or TLS, and no age identity'],
    ],
  ] as const
  for (const [text, faults] of cases) {
    const error = await rejection(identitiesIn(Buffer.from(text), 'id.txt', nobodyAsked))
    expect(error).toMatchObject({
      code: 'KEY_INVALID',
      message: 'id.txt cannot be used as an age identity',
      faults,
    })
    expect(inspect(error)).not.toContain(cut)
  }
})
