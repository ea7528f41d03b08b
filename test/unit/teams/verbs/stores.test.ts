import { beforeEach, describe, expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { storesFault } from '../../../../src/teams/verbs/stores-apply/index.ts'
import { storesDrift } from '../../../../src/teams/verbs/stores-plan.ts'
import { answered } from '../../../support/answered.ts'
import { rejection, secretIn } from '../../site/wire/memory.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { lines } from './helpers.ts'
import { answering, type StoresSite, serving, storeIn, storesSite } from './stores-site.ts'

let site: StoresSite
beforeEach(async () => {
  site = await storesSite()
})

const one = serving({ 'talent-mesh.prod': ['talent-mesh', 'talent-jobs'] })
const two = serving({ 'talent-mesh.prod': ['talent-mesh'], 'hr-platform.dev': ['hr-dev'] })
const identity = 'external-secrets.talent-mesh.prod'
const secretName = 'infisical-universal-auth.talent-mesh.prod'
const credentials = () => secretIn(site.cluster, 'external-secrets', secretName)
/** Everything that can be seen to have changed: the server's requests, and the cluster's objects. */
const state = () => ({
  changes: site.server.changes().length,
  secrets: site.infisical.clientSecrets.map(({ id }) => id),
  objects: site.cluster.objects().map(({ metadata }) => metadata['resourceVersion']),
})

describe('a store', () => {
  const made = [
    `create identity ${identity}: no-access in the organisation`,
    `create machine ${identity} in talent-mesh: no-access`,
    `create privilege ${identity} in talent-mesh: prod: reads /**`,
    'create credentials talent-mesh.prod: a client secret of its identity',
    'create store talent-mesh.prod: serves talent-jobs, talent-mesh',
  ]

  test('is an identity that reads one environment, its credentials, and a ClusterSecretStore', async () => {
    const plan = await site.plan(one)
    expect(lines(plan.differences)).toEqual(made)
    expect(plan.absentNamespaces).toEqual(['talent-jobs', 'talent-mesh'])
    expect(storesDrift(plan)?.message).toBe('the stores are not as the file says: 5 to make')
    const applied = await site.apply(one)
    expect(lines(applied.changed)).toEqual(made)
    expect([applied.unmet, applied.unready, storesFault(applied)]).toEqual([[], [], undefined])
    const id = (await site.server.identities()).find(({ name }) => name === identity)?.id
    expect(await storeIn(site, 'talent-mesh.prod')).toMatchObject({
      metadata: {
        labels: { 'app.kubernetes.io/managed-by': 'sealift' },
        annotations: { 'sealift.dev/identity': id },
      },
      spec: {
        conditions: [{ namespaces: ['talent-jobs', 'talent-mesh'] }],
        provider: {
          infisical: {
            hostAPI: 'http://infisical.infisical.svc:8080',
            auth: {
              universalAuthCredentials: {
                clientId: { namespace: 'external-secrets', name: secretName, key: 'clientId' },
                clientSecret: { namespace: 'external-secrets', name: secretName, key: 'clientSecret' },
              },
            },
            secretsScope: {
              ...{ projectSlug: 'talent-mesh', environmentSlug: 'prod', secretsPath: '/' },
              expandSecretReferences: false,
            },
          },
        },
      },
    })
    expect(await credentials()).toEqual({ clientId: `client-${id}`, clientSecret: 'client-secret-0' })
  })

  test('is proven: its identity was tried where it must not read or write', async () => {
    const { proven } = await site.apply(two)
    // One folder that it may read; two environments in which it may neither read nor write, one that it may not write.
    expect(proven.map(({ identity: name }) => name)).toEqual([identity, 'external-secrets.hr-platform.dev'])
    expect(proven.every(({ tried }) => tried === 1 + 2 * 2 + 1)).toBe(true)
    expect((await site.server.identities()).map(({ name }) => name)).toHaveLength(2)
  })

  test('is changed by no second apply', async () => {
    await site.apply(two)
    const before = state()
    expect(await site.apply(two)).toMatchObject({ changed: [], proven: [], unmet: [] })
    expect(state()).toEqual(before)
    expect(await site.plan(two)).toMatchObject({ equal: true, differences: [], extras: [] })
    expect(state()).toEqual(before)
  })

  test('serves other namespaces once the file does, and in whatever order', async () => {
    await site.apply(one)
    expect(
      (await site.apply(serving({ 'talent-mesh.prod': ['talent-jobs', 'talent-mesh'] }))).changed,
    ).toEqual([])
    const { changed } = await site.apply(serving({ 'talent-mesh.prod': ['other'] }))
    expect(lines(changed)).toEqual(['change store talent-mesh.prod: serves other'])
  })

  test('says whether references are replaced', async () => {
    const { projects, stores } = one
    const serve = stores?.serve.map(entry => ({ ...entry, expandSecretReferences: true }))
    await site.apply(one)
    const { changed } = await site.apply({
      ...one,
      projects,
      ...(serve && { stores: { layout: 'store-per-environment', serve } }),
    })
    expect(lines(changed)).toHaveLength(1)
    expect(JSON.stringify(await storeIn(site, 'talent-mesh.prod'))).toContain('"expandSecretReferences":true')
  })
})

test('what the tenancy has not made yet is told, and the rest is done', async () => {
  const wanted = tenancyOf({
    projects: [
      { slug: 'talent-mesh', environments: ['prod', 'test'] },
      { slug: 'newcomer', environments: ['prod'] },
    ],
    stores: {
      layout: 'store-per-environment',
      serve: [
        { project: 'talent-mesh', environment: 'prod', namespaces: ['a'] },
        { project: 'talent-mesh', environment: 'test', namespaces: ['a'] },
        { project: 'newcomer', environment: 'prod', namespaces: ['a'] },
      ],
    },
  })
  const { unmet } = await site.apply(wanted)
  expect(unmet).toEqual([
    {
      name: 'store talent-mesh.test',
      why: 'project talent-mesh has no environment test: sealift tenancy apply makes it',
    },
    {
      name: 'store newcomer.prod',
      why: 'the server has no project newcomer: sealift tenancy apply makes it',
    },
  ])
  expect(await storeIn(site, 'talent-mesh.prod')).toBeDefined()
})

test('stores that ESO does not call ready are told with what it says, and shown to it again', async () => {
  site.cluster.behaviour.react = answering(false)
  const applied = await site.apply(one)
  expect(applied.unready).toEqual([
    {
      name: 'store talent-mesh.prod',
      why: 'ClusterSecretStore talent-mesh.prod: Ready=False Said: by ESO',
    },
  ])
  expect(storesFault(applied)).toMatchObject({
    code: 'PROOF_FAILED',
    message: '1 store did not become ready',
  })
  expect((await storeIn(site, 'talent-mesh.prod'))?.metadata.annotations).toHaveProperty(['sealift.dev/look'])
  const plan = await site.plan(one)
  expect(plan.differences).toEqual([])
  expect(storesDrift(plan)?.message).toBe('the stores are not as the file says: 1 object not ready')
})

test.each(['createIdentity', 'createPrivilege', 'addMachine'])(
  'a server that fails at %s is looked at again',
  async request => {
    let bad = true
    site.server.after = name => {
      if (!bad || !name.startsWith(request)) return
      bad = false
      throw answered(500, 'Something went wrong')
    }
    await site.apply(one)
    expect((await site.plan(one)).equal).toBe(true)
    expect((await site.server.identities()).filter(({ name }) => name === identity)).toHaveLength(1)
  },
)

test('never more than four requests are under way, however many stores there are', async () => {
  const environments = ['dev', 'staging', 'prod']
  const all = ['talent-mesh', 'hr-platform'].flatMap(project => environments.map(of => `${project}.${of}`))
  await site.apply(serving(Object.fromEntries(all.map(store => [store, ['a']]))))
  expect(site.server.mostAtOnce()).toBeLessThanOrEqual(4)
  expect(site.server.mostAtOnce()).toBeGreaterThan(1)
})

test('a file without stores is told', async () => {
  const error = await rejection(site.plan(tenancyOf({})))
  expect([error.code, error.message]).toEqual(['TENANCY_INVALID', 'the tenancy file has no stores'])
})

test('a site whose ESO cannot be found is told', async () => {
  await site.cluster.apply({
    ...kinds.namespace,
    metadata: {
      name: 'third',
      labels: { 'app.kubernetes.io/managed-by': 'sealift' },
      annotations: { 'sealift.dev/site': 'bank' },
    },
  })
  expect((await rejection(site.plan(one))).code).toBe('NOT_INSTALLED')
})
