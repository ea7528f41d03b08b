/** What `keys escrow` writes, where, and what the cluster is told of it. */
import { beforeEach, expect, test } from 'vitest'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { takeLease } from '../../../../src/kernel/lease/index.ts'
import { type EscrowRequest, escrowKeys } from '../../../../src/site/verbs/keys-escrow.ts'
import { identitiesIn, openEscrow } from '../../../../src/site/wire/escrow/index.ts'
import { readKeysRecord } from '../../../../src/site/wire/keys/index.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { RecordingClock } from '../../../support/recording-clock.ts'
import { newIdentity, nobodyAsked } from '../wire/escrow/escrows.ts'
import { rejection } from '../wire/memory.ts'
import { type EscrowedWorld, escrowedWorld } from './escrowed-world.ts'
import { memorySite } from './memory-site.ts'

let world: EscrowedWorld
beforeEach(async () => {
  world = await escrowedWorld()
  await world.install()
})

const opened = async (path: string) => {
  const { files } = world.host
  const identities = await identitiesIn(await files.readPrivate('identity.txt'), 'i', nobodyAsked)
  return openEscrow(await files.readPrivate(path), path, identities, nobodyAsked)
}

test('both keys go into a file of its owner’s alone, and a note of it into the cluster', async () => {
  const made = await world.escrow()
  const escrow = await opened('x.age')
  expect([escrow.keys.encryptionKey.reveal(), escrow.keys.authSecret.reveal()]).toEqual(await world.keys())
  const { fingerprint, madeAt } = escrow
  expect(made).toEqual({
    ...{ site: 'bank-prod', fingerprint, madeAt, file: 'x.age', written: true },
    recipients: [world.recipient],
  })
  expect((await readKeysRecord(world.cluster)).escrow).toMatchObject({
    ...{ fingerprint, madeAt },
    recipients: [world.recipient],
  })
  const others = world.cluster.objects().filter(({ kind }) => kind !== 'Secret')
  for (const key of await world.keys())
    for (const shown of [key, Buffer.from(key).toString('base64')])
      expect(JSON.stringify([made, others])).not.toContain(shown)
})

test('the same file again writes nothing and asks nothing', async () => {
  const first = await world.escrow()
  const before = await world.host.files.readText('x.age')
  expect(await world.escrow()).toEqual({ ...first, written: false })
  expect(await world.host.files.readText('x.age')).toBe(before)
})

test('another file of that name is written over only after a word', async () => {
  const { files } = world.host
  const other = (await newIdentity()).recipient
  await world.escrow()
  const refused = new Error('not confirmed')
  const asked: string[] = []
  const no = async (path: string) => {
    asked.push(path)
    throw refused
  }
  // Other recipients, then a file that is something else.
  await expect(world.escrow('x.age', [other], no)).rejects.toBe(refused)
  await files.write('notes.txt', 'mine')
  await expect(world.escrow('notes.txt', [world.recipient], no)).rejects.toBe(refused)
  expect(asked).toEqual(['x.age', 'notes.txt'])
  expect(await files.readText('notes.txt')).toBe('mine')
  expect((await readKeysRecord(world.cluster)).escrow?.recipients).toEqual([world.recipient])
  expect(await world.escrow('x.age', [other], async () => {})).toMatchObject({
    written: true,
    recipients: [other],
  })
})

test('an escrow of keys that are not here any more is not taken for one', async () => {
  await world.escrow()
  await world.lose()
  Object.assign(world.answers, { infisical: false, mark: null })
  await world.install()
  const asked: string[] = []
  const yes = async (path: string) => void asked.push(path)
  expect(await world.escrow('x.age', [world.recipient], yes)).toMatchObject({ written: true })
  expect(asked).toEqual(['x.age'])
  expect([(await opened('x.age')).keys.encryptionKey.reveal()]).toEqual((await world.keys()).slice(0, 1))
})

test('recipients come from a file, and else from the site file', async () => {
  const { files, ...host } = world.host
  await files.write('team.txt', `# us\n${world.recipient}\n`)
  const site = parseSite(await files.readText('site.yaml'), 'site.yaml')
  const request = (more: Partial<EscrowRequest>) =>
    escrowKeys({ site, to: [], output: 'y.age', ...more }, { ...host, files }, recordedTalk(), async () => {})
  expect((await request({ recipients: 'team.txt' })).recipients).toEqual([world.recipient])
  expect((await request({ site: { ...site, escrow: [world.recipient] } })).recipients).toEqual([
    world.recipient,
  ])
  for (const escrow of ['none', undefined] as const)
    expect(await rejection(request({ site: { ...site, escrow } }))).toMatchObject({
      ...{ code: 'KEY_INVALID', faults: ['there is no recipient'] },
    })
})

test('while an install is at work nothing is written, and what is there is told all the same', async () => {
  const { cluster } = world.host
  const { signal } = recordedTalk()
  const clock = new RecordingClock()
  await world.escrow()
  const under = await takeLease({ cluster, clock, holder: 'an install', signal, progress: () => {} })
  await under(async () => {
    expect(await world.escrow()).toMatchObject({ written: false })
    const late = { ...world.host, clock: new RecordingClock() }
    const site = parseSite(await late.files.readText('site.yaml'), 'site.yaml')
    const request = { site, to: [world.recipient], output: 'y.age' }
    const error = await rejection(escrowKeys(request, late, recordedTalk(), async () => {}))
    expect([error.code, await late.files.exists('y.age')]).toEqual(['SITE_BUSY', false])
  })
})

test('where there are no keys, or those of another site, nothing is written', async () => {
  const { host } = await memorySite()
  const site = parseSite(await host.files.readText('site.yaml'), 'site.yaml')
  const request = { site, to: [world.recipient], output: 'x.age' }
  expect(await rejection(escrowKeys(request, host, recordedTalk(), async () => {}))).toMatchObject({
    ...{ code: 'NOT_INSTALLED', message: 'there are no keys on this cluster' },
  })
  expect(await host.files.exists('x.age')).toBe(false)
  const other = { ...request, site: { ...site, metadata: { name: 'other' } } }
  expect((await rejection(escrowKeys(other, world.host, recordedTalk(), async () => {}))).code).toBe(
    'FOREIGN_INSTALL',
  )
})
