import { beforeEach, expect, test } from 'vitest'
import { checkFault } from '../../../../src/teams/verbs/stores-check.ts'
import { refusal } from '../../site/wire/memory-infisical.ts'
import {
  brings,
  check,
  found,
  one,
  openSite,
  place,
  reading,
  secret,
  site,
  store,
  synced,
} from './checked-site.ts'

beforeEach(openSite)

test('what has arrived is no finding', async () => {
  await brings(one('PASSWORD'))
  await secret({ p: 'geheim' })
  const checked = await check()
  expect(checked).toEqual({ stores: ['talent-mesh.prod'], objects: 1, findings: [], waiting: [] })
  expect(checkFault(checked)).toBeUndefined()
})

test('objects that go through others’ stores are none of its business', async () => {
  await store({}, 'theirs', {})
  await store({}, 'other.prod', {})
  await brings({ ...one('GONE'), secretStoreRef: { kind: 'ClusterSecretStore', name: 'other.prod' } })
  expect(await check()).toMatchObject({ objects: 0, findings: [] })
})

test('a find that found nothing is told, with why, and that there is no Secret', async () => {
  await brings({ dataFrom: [{ find: { path: '/db' } }, { find: { name: { regexp: '^NO_.*' } } }] })
  expect(await found()).toEqual([
    'ExternalSecret talent-mesh/db (SecretSynced): find 1 found nothing: its path selects no folder',
    'ExternalSecret talent-mesh/db (SecretSynced): find 2 found nothing: nothing in / of talent-mesh, prod has such a name',
    'ExternalSecret talent-mesh/db (SecretSynced): there is no Secret db',
  ])
  expect(checkFault(await check())).toMatchObject({ code: 'CHECK_FAILED', faults: { length: 3 } })
})

test('one that is to make no Secret lacks none', async () => {
  await brings({ ...one('PASSWORD'), target: { creationPolicy: 'None' } })
  expect(await found()).toEqual([])
})

test('a find whose pattern nobody can tell is let be', async () => {
  await brings({ dataFrom: [{ find: { name: { regexp: '(?i)^p[a-z]+$' } } }] })
  await secret({ PASSWORD: 'geheim' })
  expect(await found()).toEqual([])
})

test('what a find has not brought yet waits, and is told when its time is over', async () => {
  reading.put(place, 'NEW', 'geheim')
  await brings({ dataFrom: [{ find: { name: { regexp: '.*' } } }] })
  await secret({ PASSWORD: 'geheim' })
  expect((await check()).waiting.map(({ is }) => is)).toEqual([
    'find 1: NEW: it is not what Infisical has now',
  ])
  await site.clock.sleep(3_600_000 + 601_000)
  expect(await found()).toEqual([
    expect.stringContaining('find 1: NEW: it is not what Infisical has now, and its time'),
  ])
  await secret({ PASSWORD: 'geheim', NEW: 'geheim' })
  expect(await found()).toEqual([])
})

test('a key that data brings as well is not the find’s', async () => {
  reading.put({ ...place, path: '/db' }, 'PASSWORD', 'another')
  await brings({
    dataFrom: [{ find: { name: { regexp: '.*' } } }],
    data: [{ secretKey: 'PASSWORD', remoteRef: { key: '/db/PASSWORD' } }],
  })
  await secret({ PASSWORD: 'another' })
  expect(await check()).toMatchObject({ findings: [], waiting: [] })
})

test('names that fall together are told: in one Secret, and of several folders', async () => {
  await store({ recursive: true })
  reading.put(place, 'a b', '1')
  reading.put(place, 'a/b', '2')
  reading.put({ ...place, path: '/deep' }, 'PASSWORD', 'another')
  await brings({ dataFrom: [{ find: { name: { regexp: '.*' } } }] }, synced('SecretSyncedError', 'False'))
  const all = await found()
  expect(all).toHaveLength(2)
  expect(all.join('\n')).toMatch(/find 1: PASSWORD is in \/, \/deep, and one of them arrives/)
  expect(all.join('\n')).toMatch(/\(SecretSyncedError\): find 1: "a b" and "a\/b" are both a_b in a Secret/)
})

test('a value that is emptied where the store expands it is told', async () => {
  await store({ expandSecretReferences: true })
  reading.put(place, 'EMPTIED', `geheim\${nowhere}`)
  reading.put(place, 'TAKEN', `\${PASSWORD}`)
  await brings({ data: ['EMPTIED', 'TAKEN'].map(key => ({ secretKey: key, remoteRef: { key } })) })
  await secret({ EMPTIED: 'geheim', TAKEN: 'geheim' })
  expect(await found()).toEqual([
    expect.stringMatching(/key EMPTIED: its value has a reference .*leads nowhere/),
  ])
})

test.each([
  ['port', 'a number'],
  ['on', 'a boolean'],
])('property %s of JSON that is %s arrives empty', async (property, what) => {
  reading.put(place, 'JSON', '{"port":5432,"on":true,"text":"geheim"}')
  await brings(one('JSON', { property }))
  await secret({ p: '' })
  expect(await found()).toEqual([expect.stringContaining(`property ${property} is ${what} in JSON`)])
  // A later release may make something of it.
  await secret({ p: 'something' })
  expect(await found()).toEqual([])
})

test('an import that is shadowed is told, and one that is read is not', async () => {
  const shared = { project: 'platform-shared', environment: 'prod', path: '/databases' }
  reading.put(shared, 'HOST', 'geheim')
  reading.import(place, shared)
  await brings(one('HOST'))
  await secret({ p: 'geheim' })
  expect(await found()).toEqual([])
  reading.put(place, 'HOST', 'own')
  await secret({ p: 'own' })
  expect(await found()).toEqual([
    expect.stringContaining(
      "a secret of the folder's own shadows HOST, which it imports from prod/databases",
    ),
  ])
})

test('refreshInterval 0 is told; by the policy it is what somebody wanted, and told when it differs', async () => {
  await secret({ p: 'geheim' })
  await brings({ ...one('PASSWORD'), refreshInterval: '0s' })
  expect(await found()).toEqual([expect.stringContaining('it is read once and never again')])
  await brings({ ...one('PASSWORD'), refreshPolicy: 'CreatedOnce' })
  expect(await found()).toEqual([])
  reading.put(place, 'PASSWORD', 'new')
  expect(await found()).toEqual([expect.stringContaining('never looked at again')])
})

test('what differs waits for the next look, and is a finding when its time is over', async () => {
  await brings(one('PASSWORD'))
  await secret({ p: 'old' })
  const { findings, waiting } = await check()
  expect([findings, waiting.map(({ remedy }) => remedy)]).toEqual([
    [],
    [expect.stringContaining('within 60 min')],
  ])
  await site.clock.sleep(3_600_000 + 601_000)
  expect(await found()).toEqual([expect.stringContaining('its time to look again is over')])
})

test('a key that Infisical has no more, and one that External Secrets Operator itself complains of', async () => {
  await brings(one('GONE'), synced('SecretSyncedError', 'False'))
  await secret({ p: 'geheim' })
  expect(await found()).toEqual([
    'ExternalSecret talent-mesh/db (SecretSyncedError): key p: GONE is not in Infisical any more',
  ])
  await brings(one('PASSWORD'), {})
  expect(await found()).toEqual([expect.stringContaining('itself does not call it synced')])
})

test('a Secret that no ExternalSecret makes any more is told, where a store serves', async () => {
  const labels = { 'reconcile.external-secrets.io/managed': 'true' }
  await secret({ p: 'geheim' }, 'left', labels)
  await secret({ p: 'geheim' }, 'db', labels)
  await secret({ p: 'geheim' }, 'by-hand')
  await brings(one('PASSWORD'))
  expect(await found()).toEqual([
    expect.stringMatching(/^Secret talent-mesh\/left \(nothing\): an ExternalSecret made it/),
  ])
})

test('a Secret that a template makes is not compared', async () => {
  await brings({ ...one('PASSWORD'), target: { template: { data: { url: 'x' } } } })
  await secret({ url: 'x' })
  expect(await found()).toEqual([])
})

test('folders are asked for once, however many keys they have', async () => {
  const keys = Array.from({ length: 20 }, (_, at) => `K${at}`)
  for (const key of keys) reading.put(place, key, 'v')
  await brings({ data: keys.map(key => ({ secretKey: key, remoteRef: { key } })) })
  await check()
  expect(reading.asked).toHaveLength(1)
})

test('a project that the admin may not read is told, and the rest looked at', async () => {
  reading.folder = async () => {
    throw refusal(403, 'denied')
  }
  await brings(one('PASSWORD'))
  await secret({ p: 'geheim' }, 'left', { 'reconcile.external-secrets.io/managed': 'true' })
  expect(await found()).toEqual([
    expect.stringContaining('nobody knows: the admin of Infisical may not read'),
    expect.stringContaining('Secret talent-mesh/left'),
  ])
})
