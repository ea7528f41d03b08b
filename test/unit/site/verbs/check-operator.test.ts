/** What `check` says of External Secrets Operator, webhooks, an Ingress and the lease. */
import { beforeEach, describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { type Cluster, kinds, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { smallSite } from '../wire/sites.ts'
import { type CheckSite, checkSite, slice } from './check-site.ts'

let site: CheckSite
beforeEach(async () => {
  site = await checkSite()
})

const untried = (...ids: string[]) => `not tried, because of ${ids.join(', ')}`

/** The host with parts of its cluster replaced. */
const withCluster = (changed: Partial<Cluster>): SiteHost => ({
  ...site.host,
  cluster: { ...site.cluster, ...changed },
})

describe('External Secrets Operator', () => {
  const credentials = ['infisical-universal-auth', 'external-secrets'] as const

  test('without its credentials is told, though the store is still called ready', async () => {
    await site.cluster.delete(kinds.secret, ...credentials)
    expect(await site.bad()).toEqual({
      'eso/login':
        'Secret external-secrets/infisical-universal-auth with clientId and clientSecret is not there',
      'eso/sync': untried('eso/login'),
    })
  })

  test('whose credentials are refused is told after one try', async () => {
    site.infisical.clientSecrets = []
    expect((await site.bad())['eso/login']).toContain(
      'Infisical does not take Secret external-secrets/infisical-universal-auth: Infisical answered 401',
    )
    expect(site.infisical.calls).toEqual(['loginIdentity'])
  })

  test('that does not sync is waited for 30 s, told with its reason, and nothing stays', async () => {
    site.cluster.behaviour.react = () => {}
    const before = site.left()
    const started = site.clock.now()
    const { verdicts } = await site.run()
    expect(verdicts.filter(({ ok }) => !ok).map(({ id, message }) => [id, message])).toEqual([
      ['eso/sync', expect.stringContaining('a secret in Infisical did not arrive in Kubernetes')],
    ])
    expect(site.clock.now() - started).toBe(30_000)
    expect(site.left()).toEqual(before)
  })

  test('Ctrl-C while a secret travels ends the check, and nothing stays', async () => {
    const stop = new AbortController()
    const before = site.left()
    site.cluster.behaviour.react = ({ kind }) => {
      if (kind === 'ExternalSecret') stop.abort(new SealiftError('INTERRUPTED', 'interrupted'))
    }
    await expect(site.run(smallSite, site.host, stop.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(site.left()).toEqual(before)
  })

  test('what could not be taken away again is told', async () => {
    const failure = new SealiftError('CLUSTER_FAILED', 'cannot delete it')
    const host = withCluster({ delete: () => Promise.reject(failure) })
    expect(await site.bad(smallSite, host)).toEqual({
      'eso/sync': 'a secret arrived, but what was made for it could not be taken away: cannot delete it',
    })
  })

  test('whose project is gone from Infisical is told', async () => {
    const { login } = site.infisical
    const without = async (...who: Parameters<typeof login>) => ({
      ...(await login(...who)),
      project: async () => undefined,
    })
    const host = { ...site.host, infisical: () => ({ ...site.infisical, login: without }) }
    expect(await site.bad(smallSite, host)).toEqual({
      'eso/sync': 'Infisical has no project platform-shared with environment prod',
    })
  })
})

describe('a webhook', () => {
  const id = 'webhook/secretstore-validate'

  test.each([
    [
      'without its Service',
      () => site.cluster.delete(kinds.service, 'webhook', 'external-secrets'),
      'is not there',
    ],
    [
      'whose endpoints are not ready',
      () =>
        site.cluster.apply(slice('webhook-a', [{ addresses: ['10.42.0.7'], conditions: { ready: false } }])),
      'has no ready endpoint',
    ],
    [
      'without any endpoint',
      () => site.cluster.delete(kinds.endpointSlice, 'webhook-a', 'external-secrets'),
      'has no ready endpoint',
    ],
  ] as const)('%s is told', async (_, happens, message) => {
    await happens()
    expect((await site.bad())[id]).toBe(
      `Service external-secrets/webhook ${message}: what it must be asked about is refused`,
    )
  })

  test('is well with one of two slices, and one that says nothing of being ready', async () => {
    await site.cluster.apply(slice('webhook-a', []))
    await site.cluster.apply(slice('webhook-b', [{ addresses: ['10.42.0.8'] }]))
    expect(await site.bad()).toEqual({})
  })

  test('of somebody else, or by address, is none of ours; a mutating one is', async () => {
    const webhook = (service: object) => [{ clientConfig: { service } }]
    const theirs = { namespace: 'their-namespace', name: 'gone' }
    const ours = { namespace: 'infisical', name: 'gone' }
    await site.cluster.create({
      ...kinds.validatingWebhook,
      metadata: { name: 'theirs' },
      webhooks: webhook(theirs),
    })
    await site.cluster.create({
      ...kinds.mutatingWebhook,
      metadata: { name: 'ours' },
      webhooks: webhook(ours),
    })
    const byAddress = [{ clientConfig: { url: 'https://hook.example' } }]
    await site.cluster.create({ ...kinds.mutatingWebhook, metadata: { name: 'url' }, webhooks: byAddress })
    expect(Object.keys(await site.bad())).toEqual(['webhook/ours', 'eso/sync'])
  })
})

describe('an Ingress', () => {
  const wanted = `${smallSite}ingress: { host: infisical.bank.local, className: traefik, tlsSecret: tls }\n`
  const secret = (type: string) => ({
    ...secretObject('infisical', 'tls', { 'tls.crt': 'certificate', 'tls.key': 'key' }),
    type,
  })

  test('has its class and its certificate', async () => {
    await site.cluster.create({ ...kinds.ingressClass, metadata: { name: 'traefik' } })
    await site.cluster.create(secret('kubernetes.io/tls'))
    const { ok, verdicts } = await site.run(wanted)
    expect(ok).toBe(true)
    expect(verdicts).toContainEqual({
      id: 'ingress/infisical.bank.local',
      ok: true,
      message: 'its class and its certificate are there',
    })
  })

  test('lacks both, and is no reason not to sync', async () => {
    expect(await site.bad(wanted)).toEqual({
      'ingress/infisical.bank.local': 'there is no IngressClass traefik; there is no Secret infisical/tls',
    })
  })
})

describe('the lease', () => {
  const leave = (renewTime: string) =>
    site.cluster.apply({
      ...kinds.lease,
      metadata: { name: 'sealift', namespace: 'sealift-system' },
      spec: { holderIdentity: 'root@node1', acquireTime: '2026-01-01T00:00:00.000000Z', renewTime },
    })
  const said = async () => (await site.run()).verdicts.find(({ id }) => id === 'lease/sealift')

  test('of one who was killed is told as left, and is no fault', async () => {
    await leave('2026-01-01T00:00:00.000000Z')
    expect(await said()).toEqual({
      id: 'lease/sealift',
      ok: true,
      message:
        'left by root@node1, who had it since 2026-01-01T00:00:00.000000Z; the next install takes it over',
    })
    expect(site.clock.sleeps.filter(length => length === 1000)).toHaveLength(20)
  })

  test('of one who renews it is his', async () => {
    await leave('2026-01-01T00:00:00.000000Z')
    const sleep = site.clock.sleep.bind(site.clock)
    site.clock.sleep = async (...time) => {
      await leave('2026-01-01T00:00:04.000000Z')
      await sleep(...time)
    }
    expect((await said())?.message).toMatch(/^root@node1 is changing this site since /)
  })
})
