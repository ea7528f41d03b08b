/** How stores log in: with a client secret, or as External Secrets Operator's own account. */
import { beforeEach, describe, expect, test } from 'vitest'
import { managed } from '../../../../src/kernel/access/index.ts'
import { kinds, Secret } from '../../../../src/kernel/ports/index.ts'
import { askedOf, ensureServerVariables } from '../../../../src/kernel/server-variables/index.ts'
import type { Tenancy } from '../../../../src/kernel/tenancy-file/index.ts'
import { rotateStoresAlone } from '../../../../src/teams/verbs/rotate-stores.ts'
import { enforceTokenPolicy } from '../../../support/token-policy.ts'
import { rejection, secretIn } from '../../site/wire/memory.ts'
import { type OneStoreSite, oneStoreSite } from './one-store-site.ts'
import { serving, storeIn } from './stores-site.ts'

const ca = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'
const binding = 'sealift-external-secrets-token-reviews'
const secretName = 'infisical-universal-auth.talent-mesh.prod'
const variable = { ALLOW_INTERNAL_IP_CONNECTIONS: 'true' }
let site: OneStoreSite
let before = 0
const starts = () => site.starts() - before

const as = (
  login: 'kubernetes' | 'universal-auth' | undefined,
  stores: Parameters<typeof serving>[0] = { 'talent-mesh.prod': ['talent-mesh'] },
): Tenancy => {
  const tenancy = serving(stores)
  return { ...tenancy, ...(tenancy.stores && { stores: { ...tenancy.stores, ...(login && { login }) } }) }
}
const kept = () => secretIn(site.cluster, 'external-secrets', secretName)
const authOf = async () => {
  const store = (await storeIn(site, 'talent-mesh.prod')) as never as {
    spec: { provider: { infisical: { auth: object } } }
  }
  return store.spec.provider.infisical.auth
}
const bindingIn = () => site.cluster.get(kinds.clusterRoleBinding, binding)
const bySide = (list: readonly { change: string; kind: string }[]) =>
  list.map(({ change, kind }) => `${change} ${kind}`)

function deployment(name: string, account?: string, args: readonly string[] = []) {
  const metadata = {
    name,
    namespace: 'external-secrets',
    labels: { 'helm.sh/chart': 'external-secrets-0.20.4' },
  }
  const spec = { ...(account && { serviceAccountName: account }), containers: [{ name, args }] }
  return site.cluster.applyAs('helm', {
    ...kinds.deployment,
    metadata,
    spec: { replicas: 1, template: { spec } },
  } as never)
}
const publish = (text: string) =>
  site.cluster.applyAs('controller', {
    ...kinds.configMap,
    metadata: { name: 'kube-root-ca.crt', namespace: 'external-secrets' },
    data: { 'ca.crt': text },
  } as never)

beforeEach(async () => {
  site = await oneStoreSite()
  await enforceTokenPolicy(site.cluster)
  const { react } = site.cluster.behaviour
  site.server.kubernetesAuth.allowInternal = false
  site.cluster.behaviour.react = async (object, cluster) => {
    await react?.(object, cluster)
    const variables = (await secretIn(cluster, 'infisical', 'infisical-secrets')) ?? {}
    site.server.kubernetesAuth.allowInternal = variables['ALLOW_INTERNAL_IP_CONNECTIONS'] === 'true'
  }
  await deployment('eso', 'eso-account')
  await deployment('webhook', 'webhook-account', ['webhook', '--port=1'])
  await deployment('certs', 'certs-account', ['certcontroller'])
  await publish(`${ca}\n`)
  before = site.starts()
})

describe('stores that log in as an account', () => {
  test('are made with no secret, for that account alone, with the CA; the plan said so before', async () => {
    const planned = await site.plan(as('kubernetes'))
    const { changed, unmet } = await site.apply(as('kubernetes'))
    expect(unmet).toEqual([])
    expect(changed).toEqual(planned.differences)
    expect(bySide(changed).slice(0, 3)).toEqual(['create variable', 'create policy', 'create binding'])
    expect(starts()).toBe(1)
    const [identity] = await site.server.identities()
    expect(await kept()).toEqual({ identityId: identity?.id })
    const key = { namespace: 'external-secrets', name: secretName, key: 'identityId' }
    expect(await authOf()).toEqual({ kubernetesAuthCredentials: { identityId: key } })
    expect([...site.server.kubernetesAuth.all.values()]).toEqual([
      {
        ...{ host: 'https://kubernetes.default.svc', ca, names: ['eso-account'] },
        ...{ namespaces: ['external-secrets'], audience: '', ttl: 3600, maxTtl: 86_400 },
      },
    ])
    expect(await bindingIn()).toMatchObject({
      metadata: { labels: managed },
      roleRef: { kind: 'ClusterRole', name: 'system:auth-delegator' },
      subjects: [{ kind: 'ServiceAccount', name: 'eso-account', namespace: 'external-secrets' }],
    })
    expect((await site.plan(as('kubernetes'))).differences).toEqual([])
    const versions = site.cluster.objects().map(({ metadata }) => metadata['resourceVersion'])
    expect((await site.apply(as('kubernetes'))).changed).toEqual([])
    expect(site.cluster.objects().map(({ metadata }) => metadata['resourceVersion'])).toEqual(versions)
    expect(starts()).toBe(1)
  })

  test('are told of a CA that was made anew, and get it', async () => {
    await site.apply(as('kubernetes'))
    const other = ca.replace('AAAA', 'BBBB')
    await publish(other)
    expect(bySide((await site.plan(as('kubernetes'))).differences)).toEqual(['change credentials'])
    await site.apply(as('kubernetes'))
    expect([...site.server.kubernetesAuth.all.values()][0]?.ca).toBe(other)
  })

  test('are put right where somebody let another account in, or unbound theirs', async () => {
    await site.apply(as('kubernetes'))
    const [[id = '', auth] = []] = site.server.kubernetesAuth.all
    if (auth) site.server.kubernetesAuth.all.set(id, { ...auth, names: ['eso-account', 'mallory'], ca: '' })
    await site.cluster.delete(kinds.clusterRoleBinding, binding)
    expect(bySide((await site.plan(as('kubernetes'))).differences)).toEqual([
      'create binding',
      'change credentials',
    ])
    await site.apply(as('kubernetes'))
    expect(site.server.kubernetesAuth.all.get(id)).toEqual(auth)
    expect(await bindingIn()).toBeDefined()
    const role = { ...(await bindingIn()), roleRef: { kind: 'ClusterRole', name: 'cluster-admin' } }
    await site.cluster.apply(role as never)
    expect(bySide((await site.plan(as('kubernetes'))).differences)).toEqual(['change binding'])
    await site.apply(as('kubernetes'))
    expect(await bindingIn()).toMatchObject({ roleRef: { name: 'system:auth-delegator' } })
  })

  test('come from client secrets and go back to them; nothing of the other way stays', async () => {
    await site.apply(as(undefined))
    const { clientId = '', clientSecret = '' } = (await kept()) ?? {}
    expect(await bindingIn()).toBeUndefined()
    expect(starts()).toBe(0)
    await site.apply(as('kubernetes'))
    expect(Object.keys((await kept()) ?? {})).toEqual(['identityId'])
    const login = site.infisical.loginIdentity({ clientId, clientSecret: new Secret(clientSecret) })
    expect((await rejection(login)).code).toBe('SERVER_FAILED')
    const planned = await site.plan(as('universal-auth'))
    const { changed } = await site.apply(as('universal-auth'))
    expect(bySide(changed)).toEqual([
      ...['change credentials', 'change store', 'remove variable', 'remove binding', 'remove policy'],
    ])
    expect(new Set(changed)).toEqual(new Set(planned.differences))
    expect([...site.server.kubernetesAuth.all]).toEqual([])
    expect(await bindingIn()).toBeUndefined()
    expect(await askedOf(site.cluster)).toEqual({})
    expect((await site.plan(as('universal-auth'))).differences).toEqual([])
  })

  test('keep what they need for as long as one that is not in the file any more logs in by it', async () => {
    await site.apply(as('kubernetes', { 'talent-mesh.prod': ['a'], 'hr-platform.dev': ['b'] }))
    await site.apply(as('universal-auth'))
    expect(await bindingIn()).toBeDefined()
    await site.apply(as('universal-auth'), ['hr-platform'])
    expect(await bindingIn()).toBeUndefined()
  })

  test('leave the variable to others who ask for it as well', async () => {
    await site.apply(as('kubernetes'))
    const { cluster, clock } = site
    const restarting = { cluster, clock, signal: new AbortController().signal, say: () => {} }
    await ensureServerVariables('identities', variable, 'infisical', restarting)
    await site.apply(as('universal-auth'))
    expect(await askedOf(cluster)).toEqual(variable)
    expect(await secretIn(cluster, 'infisical', 'infisical-secrets')).toMatchObject(variable)
    expect((await site.plan(as('universal-auth'))).differences).toEqual([])
  })

  test('have no client secret to rotate', async () => {
    await site.apply(as('kubernetes'))
    expect(await rotateStoresAlone('bank', site.host, site.talk)).toEqual({
      site: 'bank',
      rotated: [],
      unmet: [],
    })
  })

  test('are gone on with where a run was killed before it revoked the client secret', async () => {
    await site.apply(as(undefined))
    const { apply } = site.cluster
    site.cluster.apply = async object => {
      const applied = await apply(object)
      if (object.kind === 'ClusterSecretStore') throw new Error('killed')
      return applied
    }
    await expect(site.apply(as('kubernetes'))).rejects.toThrow('killed')
    site.cluster.apply = apply
    expect(Object.keys((await kept()) ?? {})).toContain('clientSecret')
    expect(bySide((await site.plan(as('kubernetes'))).differences)).toEqual(['change credentials'])
    await site.apply(as('kubernetes'))
    expect(Object.keys((await kept()) ?? {})).toEqual(['identityId'])
  })
})

test('a run that was killed before the pods had the variable is gone on with: they start', async () => {
  const { apply } = site.cluster
  site.cluster.apply = async object => {
    if (object.kind === 'Deployment') throw new Error('killed')
    return await apply(object)
  }
  await expect(site.apply(as('kubernetes'))).rejects.toThrow('killed')
  site.cluster.apply = apply
  expect(starts()).toBe(0)
  expect(bySide((await site.plan(as('kubernetes'))).differences)[0]).toBe('create variable')
  expect((await site.apply(as('kubernetes'))).unmet).toEqual([])
  expect(starts()).toBe(1)
  expect((await site.plan(as('kubernetes'))).differences).toEqual([])
})

describe('it is refused, and nothing is made,', () => {
  const refused = async (login: 'kubernetes' | 'universal-auth' = 'kubernetes') => {
    const objects = site.cluster.objects()
    const error = await rejection(site.apply(as(login)))
    expect(site.cluster.objects()).toEqual(objects)
    return error
  }

  test('where nobody can tell which account is the operator’s', async () => {
    await deployment('second', 'second-account')
    expect((await refused()).message).toContain('has several Deployments of External Secrets Operator')
    for (const name of ['eso', 'second'])
      await site.cluster.delete(kinds.deployment, name, 'external-secrets')
    expect(await refused()).toMatchObject({
      ...{ code: 'NOT_INSTALLED', message: expect.stringContaining('has no Deployment of') },
    })
  })

  test('without the cluster’s CA', async () => {
    await publish('')
    expect(await refused()).toMatchObject({
      ...{ code: 'CLUSTER_FAILED', message: expect.stringContaining('no ConfigMap kube-root-ca.crt') },
    })
  })

  test('where the binding is somebody else’s', async () => {
    const roleRef = { kind: 'ClusterRole', name: 'view' }
    await site.cluster.create({ ...kinds.clusterRoleBinding, metadata: { name: binding }, roleRef })
    expect((await refused()).code).toBe('FOREIGN_INSTALL')
  })
})
