/** What goes through the one store of all teams, and through the install's own. */
import { beforeEach, expect, test } from 'vitest'
import { managed } from '../../../../src/kernel/access/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { brings, check, found, one, openSite, place, reading, secret, site } from './checked-site.ts'
import { installsStore } from './one-store-site.ts'

const through = { secretStoreRef: { kind: 'ClusterSecretStore', name: 'infisical-store' } }
const view = { project: 'platform-view', environment: 'all', path: '/talent-mesh/prod' }
const key = '/talent-mesh/prod/PASSWORD'
const made = { 'reconcile.external-secrets.io/managed': 'true' }

/** The one store as an apply makes it. */
async function looks(conditions: object = {}, scope: object = {}): Promise<void> {
  const secretsScope = {
    ...{ projectSlug: view.project, environmentSlug: view.environment, secretsPath: '/' },
    ...{ recursive: false, expandSecretReferences: false, ...scope },
  }
  await site.cluster.applyAs('test', {
    ...kinds.clusterSecretStore,
    metadata: {
      ...{ name: 'infisical-store', labels: managed },
      annotations: { 'sealift.dev/identity': 'machine-1' },
    },
    spec: { ...conditions, provider: { infisical: { secretsScope } } },
  })
}

beforeEach(async () => {
  await openSite()
  reading.put(place, 'PASSWORD', 'geheim')
  reading.import(view, place)
})

test('what is imported into it has arrived', async () => {
  await looks()
  await brings({ ...one(key), ...through })
  await secret({ p: 'geheim' })
  expect(await check()).toMatchObject({
    ...{ stores: ['infisical-store', 'talent-mesh.prod'], objects: 1, findings: [], waiting: [] },
  })
})

test('an import that somebody shadows in the looking project is told, with where it is to be deleted', async () => {
  await looks()
  reading.put(view, 'PASSWORD', 'other')
  await brings({ ...one(key), ...through })
  await secret({ p: 'other' })
  expect((await check()).findings).toMatchObject([
    {
      is: "key p: a secret of the folder's own shadows PASSWORD, which it imports from prod/",
      remedy: 'delete PASSWORD in /talent-mesh/prod of platform-view, all: what is imported is read then',
    },
  ])
})

test('with references replaced, each of what is imported leads nowhere', async () => {
  await looks({}, { expandSecretReferences: true })
  reading.put(place, 'URL', `postgres://\${HOST}/db`)
  await brings({ ...one('/talent-mesh/prod/URL'), ...through })
  await secret({ p: 'postgres:///db' })
  expect(await found()).toEqual([expect.stringMatching(/key p: its value has a reference .* leads nowhere/)])
})

test.each([
  { find: { name: { regexp: '^PASSWORD$' } } },
  { find: { path: '/talent-mesh/prod', name: { regexp: '.*' } } },
])('a find through it finds nothing, and no advice is to write there (%j)', async source => {
  await looks()
  await brings({ dataFrom: [source], ...through })
  const { findings } = await check()
  expect(findings.map(({ is }) => is)).toEqual([
    'find 1 found nothing: it finds in / of platform-view, all alone, and teams have nothing there',
    'there is no Secret db',
  ])
  expect(findings[0]?.remedy).toContain('PROJECT.ENVIRONMENT')
})

test.each(['/talent-mesh/dev/PASSWORD', '/talent-mesh/prod/GONE'])(
  'what it does not see is told with what lets it see (%s)',
  async unseen => {
    await looks()
    await brings({ ...one(unseen), ...through })
    const { findings } = await check()
    expect(findings[0]).toMatchObject({
      is: `key p: the store sees no ${unseen}`,
      remedy: expect.stringContaining('sealift stores plan'),
    })
  },
)

test('where it serves every namespace, Secrets that nobody makes any more are told of all but Sealift’s', async () => {
  for (const namespace of ['stranger', 'sealift-system'])
    await site.cluster.applyAs('eso', {
      ...{ ...kinds.secret, metadata: { name: 'left', namespace, labels: made } },
    })
  const left = () => found().then(all => all.map(line => line.split(' (')[0]))
  await looks({ conditions: [{ namespaces: ['talent-mesh'] }] })
  expect(await left()).toEqual([])
  await looks({ conditions: [{ namespaces: ['stranger'] }] })
  expect(await left()).toEqual(['Secret stranger/left'])
  await looks({ conditions: [] })
  expect(await left()).toEqual(['Secret stranger/left'])
})

test('the install’s own store and its probe are none of its business, by either name', async () => {
  await site.cluster.applyAs('test', installsStore)
  await site.cluster.applyAs('eso', {
    ...{ ...kinds.secret, metadata: { name: 'left', namespace: 'stranger', labels: made } },
  })
  const metadata = { name: 'sealift-probe', labels: managed }
  await site.cluster.applyAs('test', { ...installsStore, metadata })
  for (const [at, name] of ['infisical-store', 'sealift-probe'].entries())
    await site.cluster.applyAs('test', {
      ...{ ...kinds.externalSecret, metadata: { name: `probe-${at}`, namespace: 'sealift-system' } },
      spec: { ...one('GONE'), secretStoreRef: { kind: 'ClusterSecretStore', name } },
    })
  expect(await check()).toMatchObject({ objects: 0, findings: [] })
})
