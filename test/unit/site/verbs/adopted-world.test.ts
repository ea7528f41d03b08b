/** A site whose Infisical was set up already: its install, from the site file on, and what a removal leaves. */
import { beforeEach, expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { rejection, secretIn } from '../wire/memory.ts'
import { instanceIdentity } from '../wire/memory-infisical.ts'
import { installOn, removeFrom } from './memory-site.ts'
import { type MemoryWorld, memoryWorld } from './memory-world.ts'

let world: MemoryWorld
const theirs = { email: 'admin@site.local', password: 'theirs' }

beforeEach(async () => {
  world = await memoryWorld()
  const { infisical, host, cluster } = world
  infisical.admin = { ...theirs }
  infisical.identities = [instanceIdentity]
  const text = await host.files.readText('site.yaml')
  const admin = 'admin: { email: admin@site.local, password: { namespace: default, name: given, key: word } }'
  await host.files.write('site.yaml', text.replace(/^admin: .*$/m, admin))
  // As kubectl makes it of a file.
  await cluster.apply(secretObject('default', 'given', { word: 'theirs\n' }))
})

/** What a step of an install said at its end. */
async function installed() {
  const result = (await installOn(world.host, '1.0.0')) as {
    steps: { id: string; skipped: boolean; detail: string }[]
  }
  return Object.fromEntries(result.steps.map(step => [step.id, step]))
}

test('is adopted once, proven, and changed no more', async () => {
  const first = await installed()
  expect(first['bootstrap']?.detail).toContain('was set up already, and is adopted')
  expect(world.infisical.identities.map(({ id }) => id)).toEqual(['id-instance', 'id-external-secrets'])
  // The Secret that was given may go then.
  await world.cluster.delete(kinds.secret, 'given', 'default')
  world.infisical.calls.length = 0
  const second = await installed()
  expect(second['bootstrap']).toMatchObject({ skipped: true })
  expect(world.infisical.calls.filter(call => /Identity|Project|Folder/.test(call))).toEqual([
    'loginIdentity',
  ])
})

test('is not begun where the Secret that the site file names is not there', async () => {
  await world.cluster.delete(kinds.secret, 'given', 'default')
  const talk = recordedTalk()
  const error = await rejection(installOn(world.host, '1.0.0', {}, talk))
  expect(error).toMatchObject({
    code: 'SITE_INVALID',
    message: 'admin.password: there is no Secret default/given',
  })
  expect(await world.cluster.get(kinds.namespace, 'sealift-system')).toBeUndefined()
})

test('is not begun where the password that it names is empty', async () => {
  await world.cluster.apply(secretObject('default', 'given', { word: ' \n' }))
  const error = await rejection(installOn(world.host, '1.0.0'))
  expect([error.code, error.message]).toEqual(['SITE_INVALID', expect.stringContaining('is empty')])
})

test.each([false, true])('keeps what it had when Sealift is removed, purged: %s', async purge => {
  await installed()
  const { kept } = await removeFrom(world.host, '1.0.0', purge)
  expect(kept).toContainEqual(expect.stringContaining('it was set up already when Sealift came'))
  if (purge) expect(kept).toContain('the database: the site brought it (database.uri)')
  const { admin, identities, clientSecrets } = world.infisical
  expect([admin, identities[0], clientSecrets]).toEqual([theirs, instanceIdentity, []])
  expect(await secretIn(world.cluster, 'default', 'given')).toEqual({ word: 'theirs\n' })
  if (!purge) {
    await installed()
    expect(
      (await world.cluster.get(kinds.secret, 'infisical-admin', 'sealift-system'))?.metadata,
    ).toMatchObject({
      annotations: { 'sealift.dev/adopted': 'true' },
    })
  }
})
