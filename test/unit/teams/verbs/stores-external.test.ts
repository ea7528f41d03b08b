import { beforeEach, expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import type { Tenancy } from '../../../../src/kernel/tenancy-file/index.ts'
import { rejection } from '../../site/wire/memory.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { lines } from './helpers.ts'
import { type StoresSite, storesSite } from './stores-site.ts'

const place = { project: 'talent-mesh', environment: 'prod' }
const decided = {
  ...{ name: 'talent-mesh-db-credentials', namespace: 'talent-mesh', target: 'db-credentials' },
  data: { username: '/databases/USER', password: 'POSTGRES_PASSWORD' },
}

/** A file whose one store serves two namespaces, with these ExternalSecrets. */
function bringing(...externalSecrets: object[]): Tenancy {
  const serve = [{ ...place, namespaces: ['talent-mesh', 'talent-jobs'], externalSecrets }]
  return tenancyOf({
    projects: [{ slug: 'talent-mesh', environments: ['prod'] }],
    stores: { layout: 'store-per-environment', serve },
  })
}

let site: StoresSite
beforeEach(async () => {
  site = await storesSite()
  await site.cluster.apply({ ...kinds.namespace, metadata: { name: 'talent-mesh' } })
})
const live = () => site.cluster.get(kinds.externalSecret, decided.name, decided.namespace)
const created = 'create external-secret talent-mesh/talent-mesh-db-credentials: makes Secret db-credentials'

test('an ExternalSecret is made as the decision has it, once', async () => {
  const { changed, unmet } = await site.apply(bringing(decided))
  expect([lines(changed).at(-1), unmet]).toEqual([created, []])
  expect((await live())?.['spec']).toEqual({
    refreshInterval: '1h',
    secretStoreRef: { kind: 'ClusterSecretStore', name: 'talent-mesh.prod' },
    target: { name: 'db-credentials', creationPolicy: 'Owner' },
    data: [
      { secretKey: 'password', remoteRef: { key: 'POSTGRES_PASSWORD' } },
      { secretKey: 'username', remoteRef: { key: '/databases/USER' } },
    ],
  })
  expect((await site.apply(bringing(decided))).changed).toEqual([])
})

test('it is changed where it differs, and told while it is not ready', async () => {
  await site.apply(bringing(decided))
  const { differences, unready } = await site.plan(bringing({ ...decided, refreshInterval: '5m' }))
  expect(lines(differences)).toEqual([created.replace('create', 'change')])
  expect(unready.map(({ name }) => name)).toEqual(['ExternalSecret talent-mesh/talent-mesh-db-credentials'])
})

test.each(['1h0m0s', '60m', '3600s'])(
  'an hour is as wanted when ESO writes it as %s',
  async refreshInterval => {
    await site.apply(bringing(decided))
    const metadata = { name: decided.name, namespace: decided.namespace }
    await site.cluster.applyAs('eso', { ...kinds.externalSecret, metadata, spec: { refreshInterval } })
    expect((await site.plan(bringing(decided))).differences).toEqual([])
  },
)

test.each(['1h1s', '1h30m', 'soon', '0'])('%s is no hour, and put right', async refreshInterval => {
  await site.apply(bringing(decided))
  const metadata = { name: decided.name, namespace: decided.namespace }
  await site.cluster.applyAs('kubectl', { ...kinds.externalSecret, metadata, spec: { refreshInterval } })
  expect((await site.apply(bringing(decided))).changed).toHaveLength(1)
  expect((await site.plan(bringing(decided))).differences).toEqual([])
})

test('in a namespace that is not there it cannot be had: that is told, and the rest is done', async () => {
  const lost = { ...decided, namespace: 'talent-jobs' }
  const { changed, unmet } = await site.apply(bringing(lost, decided))
  expect(unmet).toEqual([
    {
      name: 'ExternalSecret talent-jobs/talent-mesh-db-credentials',
      why: 'there is no namespace talent-jobs',
    },
  ])
  expect(lines(changed)).toContain(created)
})

test.each([
  ['ExternalSecret', decided.name, kinds.externalSecret],
  ['Secret', decided.target, kinds.secret],
])('a team’s own %s in the way is refused before anything is changed', async (kind, name, of) => {
  await site.cluster.applyAs('kubectl', { ...of, metadata: { name, namespace: 'talent-mesh' } })
  const before = site.cluster.objects().length
  const error = await rejection(site.apply(bringing(decided)))
  expect([error.code, error.faults]).toEqual(['FOREIGN_INSTALL', [`${kind} talent-mesh/${name}`]])
  expect(site.cluster.objects()).toHaveLength(before)
})

test('a team’s own Secret is in the way of one that is to make that from now on', async () => {
  await site.apply(bringing(decided))
  const metadata = { name: 'theirs', namespace: 'talent-mesh' }
  await site.cluster.applyAs('kubectl', { ...kinds.secret, metadata })
  const error = await rejection(site.apply(bringing({ ...decided, target: 'theirs' })))
  expect([error.code, error.faults]).toEqual(['FOREIGN_INSTALL', ['Secret talent-mesh/theirs']])
  expect(await live()).toMatchObject({ spec: { target: { name: 'db-credentials' } } })
})

test('in a namespace that is being deleted it cannot be had', async () => {
  const { list } = site.cluster
  const deletionTimestamp = '2026-01-01T00:00:00Z'
  site.cluster.list = async (kind, ...rest) => {
    const found = await list(kind, ...rest)
    if (kind.kind !== 'Namespace') return found
    return found.map(one =>
      one.metadata.name === 'talent-mesh'
        ? { ...one, metadata: { ...one.metadata, deletionTimestamp } }
        : one,
    )
  }
  const { unmet } = await site.apply(bringing(decided))
  expect(unmet.map(({ name }) => name)).toEqual(['ExternalSecret talent-mesh/talent-mesh-db-credentials'])
  expect(await live()).toBeUndefined()
})

test('a Secret that its ExternalSecret had made is taken up again', async () => {
  const ownerReferences = [
    { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: decided.name },
  ]
  const metadata = { name: decided.target, namespace: 'talent-mesh', ownerReferences }
  await site.cluster.applyAs('eso', { ...kinds.secret, metadata })
  expect(lines((await site.apply(bringing(decided))).changed)).toContain(created)
})

test('one that the file does not have any more is told, and goes with a prune', async () => {
  await site.apply(bringing(decided))
  const loss = 'remove external-secret talent-mesh/talent-mesh-db-credentials: with the Secret that it made'
  expect(lines((await site.plan(bringing())).extras)).toEqual([loss])
  await site.apply(bringing())
  expect(await live()).toBeDefined()
  expect(lines((await site.apply(bringing(), ['talent-mesh'])).changed)).toEqual([loss])
  expect(await live()).toBeUndefined()
})
