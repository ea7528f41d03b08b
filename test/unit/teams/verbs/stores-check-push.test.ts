import { beforeEach, expect, test } from 'vitest'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { check, found, openSite, place, reading, secret, site, synced } from './checked-site.ts'

beforeEach(openSite)

const pushes = (spec: object = {}) =>
  site.cluster.applyAs('team', {
    ...{ ...kinds.pushSecret, metadata: { name: 'tls', namespace: 'talent-mesh' } },
    spec: {
      refreshInterval: '10s',
      secretStoreRefs: [{ kind: 'ClusterSecretStore', name: 'talent-mesh.prod' }],
      selector: { secret: { name: 'db' } },
      data: [{ match: { secretKey: 'p', remoteRef: { remoteKey: 'PUSHED' } } }],
      ...spec,
    },
    status: synced('Synced'),
  } as KubernetesObject)

test('a push that writes a version at every reconcile is told', async () => {
  await pushes()
  await secret({ p: 'geheim\n\n' })
  expect(await found()).toEqual([
    'PushSecret talent-mesh/tls (Synced): key p: every reconcile writes a new version, each 10 s: it ends with more than one line end, and Infisical trims it',
  ])
})

test('a push that shadows what is imported is told; one that is there is not', async () => {
  reading.put(place, 'PUSHED', 'geheim')
  await pushes()
  await secret({ p: 'geheim' })
  expect(await found()).toEqual([])
  const shared = { ...place, project: 'platform-shared' }
  reading.put(shared, 'PUSHED', 'theirs')
  reading.import(place, shared)
  expect(await found()).toEqual([
    expect.stringContaining('what it pushes shadows PUSHED, which / imports from prod/'),
  ])
})

test('a push of what has changed waits for its time', async () => {
  reading.put(place, 'PUSHED', 'old')
  await pushes()
  await secret({ p: 'geheim' })
  expect((await check()).waiting.map(({ is }) => is)).toEqual([
    'key p: Infisical does not have what the Secret has now',
  ])
  await site.clock.sleep(700_000)
  expect(await found()).toEqual([expect.stringContaining('Infisical does not have what the Secret has now')])
})
