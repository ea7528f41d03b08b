/** Where stores log in as External Secrets Operator, no SecretStore of a team's may. */
import { beforeEach, describe, expect, test } from 'vitest'
import { managed } from '../../../../src/kernel/access/index.ts'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import type { Tenancy } from '../../../../src/kernel/tenancy-file/index.ts'
import { storesFault } from '../../../../src/teams/verbs/stores-apply/index.ts'
import { enforceTokenPolicy } from '../../../support/token-policy.ts'
import { rejection, secretIn } from '../../site/wire/memory.ts'
import { type OneStoreSite, oneStoreSite } from './one-store-site.ts'
import { serving, storeIn } from './stores-site.ts'

const name = 'sealift-external-secrets-own-token'
const reviews = 'sealift-external-secrets-token-reviews'
let site: OneStoreSite

function as(login: 'kubernetes' | 'universal-auth'): Tenancy {
  const tenancy = serving({ 'talent-mesh.prod': ['talent-mesh'] })
  return { ...tenancy, ...(tenancy.stores && { stores: { ...tenancy.stores, login } }) }
}
const policies = () =>
  Promise.all(
    [kinds.validatingPolicy, kinds.validatingPolicyBinding].map(kind => site.cluster.get(kind, name)),
  )
const byName = (list: readonly { change: string; kind: string; name: string }[]) =>
  list.map(({ change, kind, name }) => `${change} ${kind} ${name}`)

/** A SecretStore of a team's. */
const teams = (auth: object, storeName = 'own'): KubernetesObject => ({
  ...kinds.secretStore,
  metadata: { name: storeName, namespace: 'talent-mesh' },
  spec: { provider: { infisical: { hostAPI: 'http://theirs.example', auth } } },
})
const asOperator = { kubernetesAuthCredentials: { identityId: { name: 'any', key: 'id' } } }

beforeEach(async () => {
  site = await oneStoreSite()
  const { cluster } = site
  const { react } = cluster.behaviour
  await enforceTokenPolicy(cluster)
  site.server.kubernetesAuth.allowInternal = false
  cluster.behaviour.react = async (object, self) => {
    await react?.(object, self)
    const variables = (await secretIn(cluster, 'infisical', 'infisical-secrets')) ?? {}
    site.server.kubernetesAuth.allowInternal = variables['ALLOW_INTERNAL_IP_CONNECTIONS'] === 'true'
  }
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'talent-mesh' } })
  const namespace = 'external-secrets'
  await cluster.applyAs('helm', {
    ...kinds.deployment,
    metadata: { name: 'eso', namespace, labels: { 'helm.sh/chart': 'external-secrets-0.20.4' } },
    spec: { replicas: 1, template: { spec: { serviceAccountName: 'eso', containers: [{ name: 'eso' }] } } },
  })
  await cluster.applyAs('controller', {
    ...kinds.configMap,
    metadata: { name: 'kube-root-ca.crt', namespace },
    data: { 'ca.crt': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
  })
})

describe('the policy', () => {
  test('is in force before anything lets a store log in so', async () => {
    const made: string[] = []
    const { apply } = site.cluster
    site.cluster.apply = object => {
      made.push(`${object.kind} ${object.metadata.name}`)
      return apply(object)
    }
    await site.apply(as('kubernetes'))
    expect(made.slice(0, 3)).toEqual([
      `ValidatingAdmissionPolicy ${name}`,
      `ValidatingAdmissionPolicyBinding ${name}`,
      `ClusterRoleBinding ${reviews}`,
    ])
    const [policy, binding] = await policies()
    expect(policy).toMatchObject({ metadata: { labels: managed }, spec: { failurePolicy: 'Fail' } })
    expect(binding?.['spec']).toEqual({ policyName: name, validationActions: ['Deny'] })
    expect((await site.plan(as('kubernetes'))).equal).toBe(true)
  })

  test('is put right where somebody took it, its binding, or let some out of it', async () => {
    await site.apply(as('kubernetes'))
    const [policy, binding] = await policies()
    const drifts = [
      ['change', () => site.cluster.delete(kinds.validatingPolicyBinding, name)],
      [
        'create',
        async () => {
          await site.cluster.delete(kinds.validatingPolicyBinding, name)
          await site.cluster.delete(kinds.validatingPolicy, name)
        },
      ],
      // What another manager has added an apply does not take away.
      [
        'change',
        () => added(kinds.validatingPolicy, { matchConditions: [{ name: 'x', expression: 'false' }] }),
      ],
      [
        'change',
        () => added(kinds.validatingPolicyBinding, { matchResources: { namespaceSelector: { a: 'b' } } }),
      ],
      ['change', () => added(kinds.validatingPolicy, { failurePolicy: 'Ignore' })],
    ] as const
    for (const [change, drift] of drifts) {
      await drift()
      const expected = [`${change} policy ${name}`]
      expect(byName((await site.plan(as('kubernetes'))).differences)).toEqual(expected)
      expect(byName((await site.apply(as('kubernetes'))).changed)).toEqual(expected)
      expect((await policies()).map(object => object?.['spec'])).toEqual([
        policy?.['spec'],
        binding?.['spec'],
      ])
    }
  })
  const added = (kind: typeof kinds.validatingPolicy | typeof kinds.validatingPolicyBinding, spec: object) =>
    site.cluster.applyAs('kubectl', { ...kind, metadata: { name }, spec })

  test('goes when no store logs in so any more', async () => {
    await site.apply(as('kubernetes'))
    const { changed } = await site.apply(as('universal-auth'))
    expect(byName(changed)).toContain(`remove policy ${name}`)
    expect(await policies()).toEqual([undefined, undefined])
    expect((await site.plan(as('universal-auth'))).equal).toBe(true)
  })
})

describe('a SecretStore that is there already', () => {
  const unmet = [
    {
      name: 'SecretStore talent-mesh/own',
      why: expect.stringContaining('delete it, or let it use universal'),
    },
  ]

  test('is told, and no store logs in as the operator before it is gone', async () => {
    await site.cluster.create(teams(asOperator))
    await site.cluster.create(teams({ universalAuthCredentials: {} }, 'harmless'))
    expect((await site.plan(as('kubernetes'))).unmet).toEqual(unmet)
    const error = await rejection(site.apply(as('kubernetes')))
    expect([error.code, error.faults.length, error.faults[0]]).toEqual([
      ...['TENANCY_UNMET', 1],
      expect.stringContaining('SecretStore talent-mesh/own'),
    ])
    expect(await site.cluster.get(kinds.clusterRoleBinding, reviews)).toBeUndefined()
    expect(await storeIn(site, 'talent-mesh.prod')).toBeUndefined()
    // No more of them can come.
    expect((await policies()).includes(undefined)).toBe(false)
    await site.cluster.delete(kinds.secretStore, 'own', 'talent-mesh')
    expect((await site.apply(as('kubernetes'))).unmet).toEqual([])
  })

  test('is told beside the rest where stores log in so already, and means nothing where they do not', async () => {
    await site.apply(as('kubernetes'))
    await site.cluster.create(teams(asOperator))
    const applied = await site.apply(as('kubernetes'))
    expect([applied.unmet, storesFault(applied)?.code]).toEqual([unmet, 'TENANCY_UNMET'])
    expect((await site.plan(as('kubernetes'))).equal).toBe(false)
    expect((await site.plan(as('universal-auth'))).unmet).toEqual([])
    expect((await site.apply(as('universal-auth'))).unmet).toEqual([])
  })
})

describe('the login is not made', () => {
  test('on an API server without such policies', async () => {
    site.cluster.behaviour.lacks = ({ kind }) => kind.startsWith('ValidatingAdmissionPolicy')
    const { differences, unmet, equal } = await site.plan(as('kubernetes'))
    expect([differences, equal]).toEqual([[], false])
    expect(unmet).toEqual([{ name: 'login: kubernetes', why: expect.stringContaining('1.30') }])
    const before = site.cluster.objects()
    const error = await rejection(site.apply(as('kubernetes')))
    expect([error.code, error.hints[0]]).toEqual(['TENANCY_UNMET', expect.stringContaining('universal-auth')])
    expect(site.cluster.objects()).toEqual(before)
    expect((await site.apply(as('universal-auth'))).unmet).toEqual([])
  })

  test('where the API server does not refuse what the policy forbids', async () => {
    site.cluster.behaviour.admit = () => {}
    const error = await rejection(site.apply(as('kubernetes')))
    expect([error.code, error.message]).toEqual([
      'CLUSTER_FAILED',
      expect.stringContaining('does not refuse'),
    ])
    expect(await site.cluster.get(kinds.clusterRoleBinding, reviews)).toBeUndefined()
  })

  test.each([kinds.validatingPolicy, kinds.validatingPolicyBinding])(
    "where a $kind of its name is somebody else's",
    async kind => {
      await site.cluster.create({ ...kind, metadata: { name } })
      const before = site.cluster.objects()
      expect((await rejection(site.apply(as('kubernetes')))).code).toBe('FOREIGN_INSTALL')
      expect(site.cluster.objects()).toEqual(before)
    },
  )
})
