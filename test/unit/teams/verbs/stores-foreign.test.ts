import { beforeEach, describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { storesFault } from '../../../../src/teams/verbs/stores-apply/index.ts'
import { storesDrift } from '../../../../src/teams/verbs/stores-plan.ts'
import { planTenancy } from '../../../../src/teams/verbs/tenancy-plan.ts'
import { rejection, secretIn } from '../../site/wire/memory.ts'
import { lines } from './helpers.ts'
import { type StoresSite, serving, storeIn, storesSite } from './stores-site.ts'

let site: StoresSite
beforeEach(async () => {
  site = await storesSite()
})

const one = serving({ 'talent-mesh.prod': ['talent-mesh', 'talent-jobs'] })
const two = serving({ 'talent-mesh.prod': ['talent-mesh'], 'hr-platform.dev': ['hr-dev'] })
const none = serving({})
const identity = 'external-secrets.talent-mesh.prod'
const state = () => [
  site.server.changes().length,
  site.cluster.objects().map(({ metadata }) => metadata['resourceVersion']),
]

describe('what is not Sealift’s', () => {
  test('is refused before anything is changed, all at once', async () => {
    const [metadata, spec] = [{ name: 'talent-mesh.prod' }, { provider: {} }]
    await site.cluster.applyAs('kubectl', { ...kinds.clusterSecretStore, metadata, spec })
    const secret = { name: 'infisical-universal-auth.hr-platform.dev', namespace: 'external-secrets' }
    await site.cluster.applyAs('kubectl', { ...kinds.secret, metadata: secret })
    const before = state()
    for (const asked of [site.plan(two), site.apply(two)]) {
      const error = await rejection(asked)
      expect([error.code, error.faults]).toEqual([
        'FOREIGN_INSTALL',
        [
          'ClusterSecretStore talent-mesh.prod',
          'Secret external-secrets/infisical-universal-auth.hr-platform.dev',
        ],
      ])
    }
    expect(state()).toEqual(before)
  })

  test('among identities gets no rights: one that can log in, and that the cluster does not name', async () => {
    const id = await site.server.createIdentity(identity)
    const session = await site.infisical.login('admin@site.local', {
      reveal: () => 'admins-own-password',
    } as never)
    await session.attachUniversalAuth({ id, role: 'no-access', authMethods: [] })
    const applied = await site.apply(two)
    expect(applied.unmet).toEqual([
      {
        name: 'store talent-mesh.prod',
        why: `nothing in the cluster says that Sealift made identity ${identity} (${id}): delete it in Infisical`,
      },
    ])
    expect(storesFault(applied)?.code).toBe('TENANCY_UNMET')
    expect(lines(applied.changed).some(line => line.includes('talent-mesh'))).toBe(false)
    expect(await storeIn(site, 'hr-platform.dev')).toBeDefined()
  })

  test('is an identity that a killed run has left, without a way to log in: that one is taken', async () => {
    await site.server.createIdentity(identity)
    expect((await site.apply(one)).unmet).toEqual([])
    expect((await site.server.identities()).filter(({ name }) => name === identity)).toHaveLength(1)
  })

  test('is an identity that is somebody in the organisation, though it cannot log in yet', async () => {
    await site.server.createIdentity(identity)
    const { identities } = site.server
    site.server.identities = async () =>
      (await identities()).map(one => (one.name === identity ? { ...one, role: 'admin' } : one))
    const { changed, unmet } = await site.apply(one)
    expect([changed, unmet.map(({ name }) => name)]).toEqual([[], ['store talent-mesh.prod']])
    expect(site.infisical.clientSecrets).toEqual([])
  })

  test('of two identities of one name none is taken', async () => {
    const ids = [await site.server.createIdentity(identity), await site.server.createIdentity(identity)]
    const { unmet, changed } = await site.apply(one)
    expect([changed, unmet.map(({ name }) => name)]).toEqual([[], ['store talent-mesh.prod']])
    expect(unmet[0]?.why).toContain(ids.join(', '))
  })
})

describe('a store that the file does not have any more', () => {
  const losses = [
    'remove identity external-secrets.talent-mesh.prod: with its client secrets',
    'remove store talent-mesh.prod',
    'remove credentials talent-mesh.prod',
  ]
  beforeEach(async () => {
    await site.apply(two)
  })

  test('is told, and stays', async () => {
    const plan = await site.plan(serving({ 'hr-platform.dev': ['hr-dev'] }))
    expect(lines(plan.extras)).toEqual(losses)
    expect(storesDrift(plan)?.message).toBe('the stores are not as the file says: 3 not in the file')
    expect((await site.apply(none)).changed).toEqual([])
    expect(await storeIn(site, 'talent-mesh.prod')).toBeDefined()
  })

  test('goes with a prune of its project, once it is confirmed, and no other project’s', async () => {
    const { changed } = await site.apply(none, ['talent-mesh'])
    expect(lines(changed)).toEqual(losses)
    expect(site.confirmed).toEqual([
      'talent-mesh',
      ...losses.map(line => line.replace('remove ', '').replace(/:.*/, '')),
    ])
    expect(await storeIn(site, 'talent-mesh.prod')).toBeUndefined()
    const secret = 'infisical-universal-auth.talent-mesh.prod'
    expect(await secretIn(site.cluster, 'external-secrets', secret)).toBeUndefined()
    expect((await site.server.identities()).map(({ name }) => name)).toEqual([
      'external-secrets.hr-platform.dev',
    ])
    expect(lines((await site.plan(none)).extras).every(line => line.includes('hr-platform'))).toBe(true)
  })

  test('can be pruned where its project is no more in the file, either', async () => {
    await site.apply({ ...none, projects: [] }, ['hr-platform'])
    expect(await storeIn(site, 'hr-platform.dev')).toBeUndefined()
  })

  test('stays where nobody confirms it', async () => {
    const strict = await storesSite(() => {
      throw new SealiftError('USAGE', 'not confirmed')
    })
    await strict.apply(two)
    expect((await rejection(strict.apply(none, ['talent-mesh']))).message).toBe('not confirmed')
    expect(await storeIn(strict, 'talent-mesh.prod')).toBeDefined()
  })

  test('is not asked about where there is nothing, nor where nobody knows the project', async () => {
    await site.apply(two, ['talent-mesh'])
    expect(site.confirmed).toEqual([])
    expect((await rejection(site.apply(two, ['unknown']))).message).toBe(
      'nothing was changed: unknown cannot be pruned',
    )
  })

  test('leaves an identity that nothing in the cluster names: it is told, and not deleted', async () => {
    await site.cluster.delete(kinds.clusterSecretStore, 'talent-mesh.prod')
    await site.cluster.delete(kinds.secret, 'infisical-universal-auth.talent-mesh.prod', 'external-secrets')
    const { unmet } = await site.apply(none, ['talent-mesh'])
    expect(unmet.map(({ name }) => name)).toEqual([`identity ${identity}`])
    expect((await site.server.identities()).some(({ name }) => name === identity)).toBe(true)
  })
})

test('the identities of stores are no drift of the tenancy, and not pruned with it', async () => {
  await site.apply(two)
  const tenancy = { ...none, identities: [] }
  const plan = await planTenancy({ site: 'bank', tenancy }, site.host, site.talk)
  expect(plan).toMatchObject({ equal: true, extras: [] })
})

test('the identity of another project’s store is drift of the tenancy', async () => {
  await site.apply(two)
  const id = async (name: string) =>
    (await site.server.identities()).find(found => found.name === name)?.id ?? ''
  const project = (await site.server.projects()).find(({ slug }) => slug === 'hr-platform')?.id ?? ''
  await site.server.addMachine(project, await id(identity))
  const plan = await planTenancy({ site: 'bank', tenancy: { ...none, identities: [] } }, site.host, site.talk)
  expect(lines(plan.extras)).toEqual([`remove machine ${identity} in hr-platform: no-access`])
})

test('an identity of the project itself that is called like a store’s is drift of the tenancy', async () => {
  const own = await site.server.createIdentity(identity)
  const project = (await site.server.projects()).find(({ slug }) => slug === 'talent-mesh')?.id ?? ''
  await site.server.addMachine(project, own)
  // The organisation does not list those of a project.
  const { identities } = site.server
  site.server.identities = async () => (await identities()).filter(({ id }) => id !== own)
  const tenancy = { ...none, identities: [] }
  const plan = await planTenancy({ site: 'bank', tenancy }, site.host, site.talk)
  expect(lines(plan.extras)).toEqual([`remove machine ${identity} in talent-mesh: no-access`])
})
