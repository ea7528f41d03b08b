import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { recipientsIn, requireRecipients } from '../../../../../src/site/wire/escrow/index.ts'
import { rejection } from '../memory.ts'
import { newIdentity } from './escrows.ts'

const refused = (...texts: readonly string[]) =>
  rejection((async () => requireRecipients(texts.map(text => ({ text, where: '--to' }))))())

test('are read as age -R reads them, each once', async () => {
  const { recipient } = await newIdentity()
  const given = recipientsIn(`# team\r\n\n ${recipient} \r\n${recipient}\n`, 'team.txt')
  expect(given.map(({ where }) => where)).toEqual(['line 3 of team.txt', 'line 4 of team.txt'])
  expect(await requireRecipients(given)).toEqual([recipient])
})

test('that are mistyped, cut, of SSH or of a plugin are all named', async () => {
  const { recipient } = await newIdentity()
  const error = await refused(
    recipient.slice(0, -1),
    'ssh-ed25519 AAAA',
    'age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t',
    '',
  )
  expect(error).toMatchObject({
    code: 'KEY_INVALID',
    message: 'nothing can be encrypted to these recipients',
  })
  expect(error.faults).toEqual([
    expect.stringMatching(/^--to: age1.* is no age recipient/),
    '--to: SSH keys are no recipients here; make an age identity, and take its age1…',
    expect.stringMatching(/^--to: age1yubikey1.* is no age recipient/),
    expect.stringMatching(/^--to: is no age recipient/),
  ])
})

test('that are an identity are refused without repeating it', async () => {
  const { identity } = await newIdentity()
  for (const text of [identity.reveal(), identity.reveal().toLowerCase()]) {
    const error = await refused(text)
    expect(error.faults).toEqual([expect.stringContaining('this is an identity')])
    expect(inspect(error).toUpperCase()).not.toContain(identity.reveal().slice(0, 30))
  }
})

test('none, and post-quantum ones beside others, are refused', async () => {
  const [plain, hybrid] = [await newIdentity(), await newIdentity(true)]
  expect((await refused()).faults).toEqual(['there is no recipient'])
  expect((await refused(plain.recipient, hybrid.recipient)).faults).toEqual([
    expect.stringContaining('cannot be mixed'),
  ])
  const both = [hybrid.recipient, (await newIdentity(true)).recipient]
  expect(await requireRecipients(both.map(text => ({ text, where: '--to' })))).toEqual(both)
})
