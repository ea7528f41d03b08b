/** What an install does about the escrow of the keys: as site.yaml says, and in its words where it says nothing. */
import { beforeEach, expect, test } from 'vitest'
import { kinds } from '../../../../../src/kernel/ports/index.ts'
import { withoutEscrow } from '../../../../../src/site/verbs/install/index.ts'
import { keysLines, status } from '../../../../../src/site/verbs/status.ts'
import { outputs } from '../../../../support/outputs.ts'
import { newIdentity } from '../../wire/escrow/escrows.ts'
import { rejection } from '../../wire/memory.ts'
import { type EscrowedWorld, escrowedWorld } from '../escrowed-world.ts'

let world: EscrowedWorld
beforeEach(async () => {
  world = await escrowedWorld()
})

/** Files that hold an escrow, beside the journal. */
const escrows = async (names: readonly string[]) =>
  (await Promise.all(names.map(name => world.host.files.exists(name)))).filter(found => found).length

test('a site file that says nothing of it is refused for a first install, before the first change', async () => {
  await world.say('# nothing')
  const before = world.cluster.objects()
  const error = await rejection(world.install())
  expect([error.code, error.exitCode]).toEqual(['SITE_INVALID', 40])
  expect(error.hints).toEqual([
    expect.stringContaining('escrow: [age1…]'),
    expect.stringContaining('escrow: none'),
  ])
  expect(world.cluster.objects()).toEqual(before)
})

test('so it is not where keys are, or were, already: a killed install goes on, a rerun mends', async () => {
  await world.install()
  await world.say('# nothing')
  await world.lose('demo', 'sealift-system')
  world.answers['infisical'] = false
  await world.install()
  await world.cluster.delete(kinds.configMap, 'sealift-receipt', 'sealift-system')
  await world.install()
})

test('a site that was installed before it had to say so is warned at the end', async () => {
  await world.install()
  await world.say('# nothing')
  const result = await world.install()
  expect(outputs.install.parse(result).keys).toEqual({ fingerprint: expect.any(String), state: 'none' })
  expect(withoutEscrow(result)).toMatch(
    /^the keys \([0-9a-f-]{19}\) are in no escrow: if this cluster is lost, .*sealift keys escrow .*escrow: none/,
  )
  expect(world.answers['mark']).toBe(`Sealift: made with keys of fingerprint ${result.keys.fingerprint}`)
  await world.escrow()
  const again = await world.install()
  expect(again.keys).toMatchObject({ state: 'escrowed', escrow: { recipients: [world.recipient] } })
  expect(withoutEscrow(again)).toBeUndefined()
  expect(again.steps.filter(({ skipped }) => !skipped).map(({ id }) => id)).toEqual(['proof'])
})

test('one that refuses it is installed without a word', async () => {
  await world.say('escrow: none')
  const result = await world.install()
  expect(result.keys.state).toBe('refused')
  expect(withoutEscrow(result)).toBeUndefined()
})

test('one that names recipients gets an escrow beside the journal, once', async () => {
  await world.say(`escrow: [${world.recipient}]`)
  const { keys, steps } = await world.install()
  const name = `bank-prod.keys-${keys.fingerprint}`
  expect(steps.at(-1)).toMatchObject({
    id: 'escrow',
    detail: expect.stringContaining(`written to ${name}.age`),
  })
  expect(keys.state).toBe('escrowed')
  await world.host.files.remove(`${name}.age`)
  expect((await world.install()).steps.at(-1)?.skipped).toBe(true)
  // Kept elsewhere, as it should be.
  expect(await world.host.files.exists(`${name}.age`)).toBe(false)
})

test('other recipients get another escrow, and the first one stays', async () => {
  await world.say(`escrow: [${world.recipient}]`)
  const { keys } = await world.install()
  const other = (await newIdentity()).recipient
  const text = await world.host.files.readText('site.yaml')
  await world.host.files.write('site.yaml', text.replace(world.recipient, other))
  expect((await world.install()).keys).toMatchObject({ state: 'escrowed', escrow: { recipients: [other] } })
  const name = `bank-prod.keys-${keys.fingerprint}`
  expect(await escrows([`${name}.age`, `${name}-2.age`, `${name}-3.age`])).toBe(2)
})

test('a mistyped recipient is refused before anything is changed', async () => {
  const last = world.recipient.at(-1) === 'q' ? 'p' : 'q'
  await world.say(`escrow: [${world.recipient.slice(0, -1)}${last}]`)
  const before = world.cluster.objects()
  expect(await rejection(world.install())).toMatchObject({
    code: 'KEY_INVALID',
    faults: [expect.stringMatching(/^escrow\[0\] in the site file: age1/)],
  })
  expect(world.cluster.objects()).toEqual(before)
})

test('status says whether the keys that are there have an escrow', async () => {
  await world.install()
  expect(keysLines(await status(world.host))).toEqual([
    expect.stringContaining('are in no escrow'),
    expect.stringContaining('→ make one: sealift keys escrow'),
  ])
  await world.escrow()
  const found = await status(world.host)
  outputs.status.parse(found)
  expect(keysLines(found)).toEqual([expect.stringMatching(/are in escrow, made 20.* for 1 recipient$/)])
  await world.lose()
  expect(keysLines(await status(world.host))).toEqual([])
})
