import { beforeEach, describe, expect, test } from 'vitest'
import { type KubernetesObject, kinds, Secret } from '../../../../src/kernel/ports/index.ts'
import { secretIn } from '../../site/wire/memory.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { lines } from './helpers.ts'
import { type StoresSite, serving, storesSite } from './stores-site.ts'

let site: StoresSite
beforeEach(async () => {
  site = await storesSite()
})

const one = serving({ 'talent-mesh.prod': ['talent-mesh', 'talent-jobs'] })
const two = serving({ 'talent-mesh.prod': ['talent-mesh'], 'hr-platform.dev': ['hr-dev'] })
const identity = 'external-secrets.talent-mesh.prod'
const secretName = 'infisical-universal-auth.talent-mesh.prod'

describe('what somebody changed by hand is put right', () => {
  const change = async (spec: object) => {
    const apiVersion = kinds.clusterSecretStore.apiVersion
    const metadata = { name: 'talent-mesh.prod' }
    await site.cluster.applyAs('kubectl', { apiVersion, kind: 'ClusterSecretStore', metadata, spec })
    return lines((await site.plan(one)).differences)
  }
  beforeEach(async () => {
    await site.apply(one)
  })

  test.each([
    ['no condition at all', { conditions: [] }],
    ['another namespace', { conditions: [{ namespaces: ['talent-jobs', 'talent-mesh', 'stranger'] }] }],
    [
      'a second condition',
      { conditions: [{ namespaces: ['talent-jobs', 'talent-mesh'] }, { namespaces: ['x'] }] },
    ],
    [
      'namespaces by expression beside the names',
      { conditions: [{ namespaces: ['talent-jobs', 'talent-mesh'], namespaceRegexes: ['.*'] }] },
    ],
    ['another environment', { provider: { infisical: { secretsScope: { environmentSlug: 'dev' } } } }],
    ['replaced references', { provider: { infisical: { secretsScope: { expandSecretReferences: true } } } }],
  ])('%s', async (_, spec) => {
    expect(await change(spec)).toEqual(['change store talent-mesh.prod: serves talent-jobs, talent-mesh'])
    await site.apply(one)
    expect((await site.plan(one)).equal).toBe(true)
  })

  test('a role in the project, and another privilege', async () => {
    const projectId = (await site.server.projects()).find(({ slug }) => slug === 'talent-mesh')?.id ?? ''
    const id = (await site.server.identities())[0]?.id ?? ''
    site.server.giveRole(projectId, id, 'admin')
    await site.server.createPrivilege(projectId, id, 'more', [{ subject: 'secrets', action: ['edit'] }])
    const plan = await site.plan(one)
    expect(lines(plan.differences)).toEqual([`change machine ${identity} in talent-mesh: admin → no-access`])
    expect(lines(plan.extras)).toEqual([`remove privilege more of ${identity} in talent-mesh`])
    await site.apply(one, ['talent-mesh'])
    expect((await site.plan(one)).equal).toBe(true)
  })
})

describe('credentials', () => {
  const spoil = (data: object) =>
    site.cluster.apply({
      ...kinds.secret,
      metadata: {
        ...{ name: secretName, namespace: 'external-secrets' },
        labels: { 'app.kubernetes.io/managed-by': 'sealift' },
        annotations: { 'sealift.dev/identity': 'identity-0' },
      },
      data,
    } as KubernetesObject)

  test('that are gone are made anew, and those of before are revoked', async () => {
    await site.apply(one)
    const [before] = site.infisical.clientSecrets
    await site.cluster.delete(kinds.secret, secretName, 'external-secrets')
    const { changed, unmet } = await site.apply(one)
    expect(lines(changed)).toEqual(['create credentials talent-mesh.prod: a client secret of its identity'])
    expect(unmet).toEqual([])
    expect(site.infisical.clientSecrets).toHaveLength(1)
    expect(site.infisical.clientSecrets[0]?.id).not.toBe(before?.id)
    expect((await site.plan(one)).equal).toBe(true)
  })

  test.each([
    ['a wrong secret', { clientSecret: Buffer.from('wrong').toString('base64') }],
    ['no id', { clientId: '' }],
  ])('with %s are made anew, once', async (_, data) => {
    await site.apply(one)
    await spoil(data)
    const { changed } = await site.apply(one)
    expect(lines(changed)).toEqual([
      'change credentials talent-mesh.prod: the server does not take those that are there',
    ])
    expect((await site.apply(one)).changed).toEqual([])
  })

  test('that were revoked, and locked their identity out since, log in at once when they are made anew', async () => {
    await site.apply(one)
    const [revoked] = site.infisical.clientSecrets
    site.infisical.clientSecrets = []
    const credentials = {
      clientId: 'client-identity-0',
      clientSecret: new Secret(revoked?.value ?? ''),
    }
    // As External Secrets Operator goes on with what it has.
    for (let time = 0; time < 5; time++)
      await expect(site.infisical.loginIdentity(credentials)).rejects.toThrow('401')
    await site.apply(one)
    const kept = await secretIn(site.cluster, 'external-secrets', secretName)
    const clientSecret = new Secret(kept?.['clientSecret'] ?? '')
    await site.infisical.loginIdentity({ clientId: kept?.['clientId'] ?? '', clientSecret })
    expect((await site.apply(one)).changed).toEqual([])
  })

  test('never show in what is told', async () => {
    const applied = await site.apply(two)
    const told = JSON.stringify([applied, await site.plan(two), site.talk])
    for (const { value } of site.infisical.clientSecrets) expect(told).not.toContain(value)
  })
})

test('what identities must not do is tried in environments that are there: of others the server cannot tell', async () => {
  const serve = [{ project: 'talent-mesh', environment: 'prod', namespaces: ['talent-mesh'] }]
  const tenancy = tenancyOf({
    projects: [{ slug: 'talent-mesh', environments: ['prod', 'dev', 'not-yet'] }],
    stores: { layout: 'store-per-environment', serve },
  })
  const { proven, unmet } = await site.apply(tenancy)
  // Reads prod; must not write there, nor read or write dev.
  expect(proven).toEqual([{ identity: 'external-secrets.talent-mesh.prod', tried: 4 }])
  expect(unmet).toEqual([])
})
