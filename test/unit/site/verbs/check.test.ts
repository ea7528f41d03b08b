/** What `check` asks of a site, what it says of each thing, and that it leaves nothing behind. */
import { beforeEach, describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { type Cluster, kinds, type Runtime, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { readReceipt, writeReceipt } from '../../../../src/site/install/index.ts'
import { check, checkFault } from '../../../../src/site/verbs/check/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { memoryRuntime } from '../../../support/memory-runtime.ts'
import { recordingReporter } from '../../../support/recording-reporter.ts'
import { sampleBundle, sampleImages } from '../../../support/sample-bundle.ts'
import { load } from '../load/node.ts'
import { smallSite } from '../wire/sites.ts'
import { type CheckSite, checkSite, slice } from './check-site.ts'
import { proven } from './memory-site.ts'

let site: CheckSite
beforeEach(async () => {
  site = await checkSite()
})

const postgres = 'postgresql/postgres-cluster-rw.databases.svc'
const dragonfly = 'dragonfly/dragonfly.databases.svc'
const untried = (...ids: string[]) => `not tried, because of ${ids.join(', ')}`

/** The host with parts of its cluster replaced. */
const withCluster = (changed: Partial<Cluster>): SiteHost => ({
  ...site.host,
  cluster: { ...site.cluster, ...changed },
})

test('a site that works is asked everything, and is left as it was', async () => {
  const before = site.left()
  const result = await site.run()
  expect(checkFault(result)).toBeUndefined()
  expect(result.verdicts.map(({ id, ok, message }) => [id, ok, message])).toEqual([
    ['deployment/infisical/infisical', true, '1 of 1 pod available'],
    ['deployment/external-secrets/external-secrets', true, '1 of 1 pod available'],
    [
      postgres,
      true,
      'PostgreSQL 16.4: infisical logs in, 412 tables in infisical; 87 of 100 connections are free or its own',
    ],
    [dragonfly, true, 'Redis 7.4.0 answers: 31 keys, unknown eviction policy'],
    ['infisical/api', true, 'answers, and is set up'],
    ['infisical/admin', true, 'logs in with the password that Sealift keeps'],
    ['eso/login', true, 'Infisical takes Secret external-secrets/infisical-universal-auth'],
    ['store/infisical-store', true, 'ready'],
    ['webhook/secretstore-validate', true, 'its Service has a ready endpoint'],
    ['eso/sync', true, 'a secret arrived after 0 ms, and was taken away'],
    ['lease/sealift', true, 'nobody is changing this site'],
    ['keys/escrow', true, expect.stringMatching(/^the keys \([0-9a-f-]{19}\) are in no escrow: if this/)],
    ['infisical/variables', true, 'the pods have started with what their Secret holds'],
  ])
  expect(site.left()).toEqual(before)
  expect(site.infisical.calls).toEqual([
    'loginIdentity',
    expect.stringMatching(/^putSecret SEALIFT_CHECK_[0-9A-F]{8}$/),
    expect.stringMatching(/^deleteSecret SEALIFT_CHECK_[0-9A-F]{8}$/),
  ])
})

test('a Deployment of a release that was scaled to 0 is told; one of somebody else is theirs', async () => {
  const scaled = (name: string, release: string) => ({
    ...kinds.deployment,
    metadata: {
      name,
      namespace: 'external-secrets',
      annotations: {
        'meta.helm.sh/release-name': release,
        'meta.helm.sh/release-namespace': 'external-secrets',
      },
    },
    spec: { replicas: 0 },
  })
  await site.cluster.apply(scaled('cert-controller', 'external-secrets'))
  await site.cluster.apply(scaled('theirs', 'another'))
  expect(await site.bad()).toMatchObject({
    'deployment/external-secrets/cert-controller': 'is scaled to 0: none of its pods runs',
    'eso/sync': untried('deployment/external-secrets/cert-controller'),
  })
  const receipt = await readReceipt(site.cluster)
  const none = {
    ...{ chart: 'external-secrets', object: 'Deployment/cert-controller', container: 'main', init: false },
    ...{ replicas: 0, memory: 0, cpu: 0 },
  }
  const budget = { ...receipt.lock.budget, containers: [none] }
  await writeReceipt(site.cluster, { ...receipt, lock: { ...receipt.lock, budget } })
  expect(await site.bad()).toEqual({})
})

test('a heap that is too small for the server is told with what to do, and is no fault: it runs', async () => {
  const container = {
    ...{ name: 'infisical', image: 'docker.io/infisical/infisical:v0.165.8' },
    resources: { limits: { memory: '1000Mi' } },
    env: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=460' }],
  }
  await site.cluster.apply({
    ...kinds.deployment,
    metadata: { name: 'infisical', namespace: 'infisical' },
    spec: { replicas: 1, template: { spec: { containers: [container] } } },
    status: { availableReplicas: 1 },
  })
  const result = await site.run()
  expect(result.verdicts.find(({ id }) => id === 'infisical/memory')).toEqual({
    ...{ id: 'infisical/memory', ok: true },
    message: expect.stringContaining('has a V8 heap of 460 MiB under a limit of 1000Mi; measured: 600 held'),
    hint: expect.stringContaining('memory.heapMiB: 600 in the site file'),
  })
  expect(checkFault(result)).toBeUndefined()
})

test('what the server has held on this site counts as well, where it can be read', async () => {
  const options = '--max-old-space-size=520 --import=data:text/javascript,process.setSourceMapsEnabled(false)'
  const container = {
    ...{ name: 'infisical', image: 'docker.io/infisical/infisical:v0.165.8' },
    resources: { limits: { memory: '1000Mi' } },
    env: [{ name: 'NODE_OPTIONS', value: options }],
  }
  await site.cluster.apply({
    ...kinds.deployment,
    metadata: { name: 'infisical', namespace: 'infisical' },
    spec: { replicas: 1, template: { spec: { containers: [container] } } },
    status: { availableReplicas: 1 },
  })
  const memory = async () => (await site.run()).verdicts.find(({ id }) => id === 'infisical/memory')
  expect(await memory()).not.toHaveProperty('hint')
  const pod = { namespace: 'infisical', pod: 'infisical-1', container: 'infisical' }
  const other = { ...pod, namespace: 'databases', memory: 2 ** 31 }
  site.cluster.behaviour.peaks = [other, { ...pod, memory: 980 * 2 ** 20 }]
  expect(await memory()).toMatchObject({
    ...{ ok: true, message: expect.stringContaining('here it has come to 980 MiB since it started') },
    hint: expect.stringContaining('sealift budget fit'),
  })
  const broken = withCluster({ peaks: () => Promise.reject(new SealiftError('CLUSTER_DENIED', 'no')) })
  const denied = await site.run(smallSite, broken)
  expect(denied.verdicts.find(({ id }) => id === 'infisical/memory')).not.toHaveProperty('hint')
})

test('intervals that cannot be kept are told, and with --record what was observed stays on the site', async () => {
  const team = (name: string) => ({
    ...{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name } },
    spec: { refreshInterval: '1s', data: [], target: { name } },
  })
  for (const name of ['a', 'b', 'c']) await site.cluster.applyAs('team', team(name))
  site.cluster.behaviour.usage = [
    { namespace: 'infisical', pod: 'infisical-1', container: 'infisical', memory: 1, cpu: 1 },
  ]
  const before = site.left()
  const silent = await site.run()
  expect(silent).not.toHaveProperty('history')
  expect(site.left()).toEqual(before)
  const { signal } = new AbortController()
  const talk = { ...recordingReporter(), signal, progressOn: () => () => {} }
  const run = () => check(0, parseSite(smallSite, 'site.yaml'), site.host, talk, true)
  const found = await run()
  expect(found.verdicts.find(({ id }) => id === 'eso/intervals')).toMatchObject({
    ...{ ok: true, message: expect.stringContaining('3 ExternalSecrets ask for 3 refreshes') },
    hint: expect.stringContaining('concurrent: 4'),
  })
  expect(found).toMatchObject({ ok: true, syncs: { periodic: 3 }, history: { observations: 1 } })
  expect((await run()).history).toMatchObject({ observations: 2, before: 0 })
  site.cluster.behaviour.usage = []
  const nothing = await run()
  expect(nothing).not.toHaveProperty('history')
  expect(nothing.verdicts.at(-1)).toMatchObject({ id: 'budget/history', ok: false })
})

test('a history that may not be written is a verdict, and hides nothing', async () => {
  const { signal } = new AbortController()
  const talk = { ...recordingReporter(), signal, progressOn: () => () => {} }
  site.cluster.behaviour.usage = [{ namespace: 'x', pod: 'x', container: 'x', memory: 1, cpu: 1 }]
  site.cluster.behaviour.denies = (verb, { kind }) => verb === 'patch' && kind === 'ConfigMap'
  const found = await check(0, parseSite(smallSite, 'site.yaml'), site.host, talk, true)
  expect(found.verdicts.filter(({ ok }) => !ok)).toMatchObject([
    { id: 'budget/history', message: expect.stringContaining('not allowed to patch ConfigMap') },
  ])
})

test('the file of another site is refused', async () => {
  const other = parseSite(smallSite.replace('bank-prod', 'bank-test'), 'site.yaml')
  const talk = {
    reporter: recordingReporter().reporter,
    signal: new AbortController().signal,
    progressOn: () => () => {},
  }
  await expect(check(0, other, site.host, talk)).rejects.toMatchObject({
    code: 'FOREIGN_INSTALL',
    message: 'this cluster is site bank-prod, and the site file is of bank-test',
  })
})

test('steps are told in order, and use is measured over the window', async () => {
  const { lines, reporter } = recordingReporter()
  const { signal } = new AbortController()
  const talk = { reporter, signal, progressOn: () => () => {} }
  await check(12, parseSite(smallSite, 'site.yaml'), site.host, talk)
  expect(lines).toEqual([
    '… Look at what runs',
    '✔ Look at what runs: 12 of 12 as they should be',
    '… Send a secret from Infisical to Kubernetes',
    '~ Send a secret from Infisical to Kubernetes: waiting for a secret to arrive',
    '✔ Send a secret from Infisical to Kubernetes: a secret arrived after 0 ms, and was taken away',
    '… Measure what is used',
    '✔ Measure what is used: over 12 s',
  ])
  expect(site.clock.sleeps).toEqual([5000, 5000, 2000])
})

test('PostgreSQL and Dragonfly are logged in to as the pods do, whatever the site file names', async () => {
  await site.run(smallSite.replaceAll('databases.svc', 'elsewhere.svc'))
  const shown = site.logins
    .map(({ password, ...login }) => ({ ...login, password: password?.reveal() }))
    .sort((a, b) => a.port - b.port)
  expect(shown).toEqual([
    expect.objectContaining({
      ...{ host: '127.0.0.1', port: 5432, user: 'infisical', password: 'p@ss', database: 'infisical' },
      serverName: 'postgres-cluster-rw.databases.svc',
    }),
    { host: '127.0.0.1', port: 6379, password: 'r@ss', tls: false, serverName: 'dragonfly.databases.svc' },
  ])
})

describe('PostgreSQL', () => {
  test('that is down is named, and the sync is not waited for; all others are asked', async () => {
    const { 'databases/postgres-cluster-rw:5432': _, ...services } = site.cluster.behaviour.services
    site.cluster.behaviour.services = services
    const { verdicts, ok } = await site.run()
    expect(ok).toBe(false)
    expect(verdicts.filter(verdict => !verdict.ok)).toEqual([
      {
        id: postgres,
        ok: false,
        message: expect.stringContaining('no pod behind service databases/postgres-cluster-rw is ready'),
        hint: expect.stringContaining('kubectl -n databases get services,pods'),
      },
      {
        id: 'eso/sync',
        ok: false,
        message: untried(postgres),
        hint: 'mend that first, then run sealift check again',
      },
    ])
    expect(verdicts).toHaveLength(13)
    expect(site.clock.sleeps).toEqual([])
  })

  test('without Infisical’s tables is another one', async () => {
    site.answers.database = { ...site.answers.database, infisical: false, tables: 2 }
    expect((await site.bad())[postgres]).toBe(
      "infisical logs in, but database infisical has none of Infisical's tables, of others 2",
    )
  })

  test('with few connections left is said so, and is no fault yet', async () => {
    site.answers.database = { ...site.answers.database, used: 90 }
    const { verdicts, ok } = await site.run()
    expect(ok).toBe(true)
    expect(verdicts.find(({ id }) => id === postgres)?.message).toContain(
      '7 of 100 connections are free or its own, and Infisical may open 20',
    )
  })

  test('that refuses a question is no fault of ours', async () => {
    const refusing = { query: () => Promise.reject(new Error('permission denied')), close: async () => {} }
    const host = { ...site.host, database: { open: async () => refusing } } as unknown as SiteHost
    expect((await site.bad(smallSite, host))[postgres]).toBe(
      'PostgreSQL does not answer infisical: permission denied',
    )
  })
})

test('Dragonfly that refuses Infisical’s scripts is named, with what to set', async () => {
  site.answers.cache = { ...site.answers.cache, EVAL: new Error('ERR undeclared key') }
  const { verdicts } = await site.run()
  expect(verdicts.find(({ id }) => id === dragonfly)).toMatchObject({
    ok: false,
    message: expect.stringContaining('undeclared key'),
    hint: expect.stringContaining('allow-undeclared-keys'),
  })
})

test('without the Secret of Infisical’s pods nobody knows its servers', async () => {
  const found = await site.cluster.get(kinds.secret, 'infisical-secrets', 'infisical')
  await site.cluster.delete(kinds.secret, 'infisical-secrets', 'infisical')
  await site.cluster.create({ ...kinds.service, metadata: { name: 'infisical', namespace: 'infisical' } })
  // Pods that are started anew have no use for the copy.
  const metadata = { ...found?.metadata, name: 'infisical-secrets', namespace: 'sealift-system' }
  await site.cluster.create({ ...kinds.secret, metadata, data: found?.['data'] })
  const bad = await site.bad()
  expect(bad[postgres]).toContain('Secret infisical-secrets with DB_CONNECTION_URI is not there')
  expect(bad[dragonfly]).toContain('REDIS_URL')
})

test.each(['ENCRYPTION_KEY', 'AUTH_SECRET'])('keys of which two differ in %s are told as that', async key => {
  const keys = await site.cluster.get(kinds.secret, 'infisical-secrets', 'infisical')
  const copy = secretObject('sealift-system', 'infisical-secrets', {})
  await site.cluster.apply({ ...copy, data: { ...(keys?.['data'] as object), [key]: 'YW5vdGhlcg==' } })
  expect((await site.bad())['secret/infisical-secrets']).toContain('hold different keys')
})

describe('Infisical', () => {
  test('without a ready pod is named, and what needs it is not tried', async () => {
    site.cluster.behaviour.services = {}
    await site.cluster.create({ ...kinds.service, metadata: { name: 'infisical', namespace: 'infisical' } })
    expect(await site.bad()).toMatchObject({
      'infisical/api': 'no pod behind service infisical/infisical is ready',
      'infisical/admin': untried('infisical/api'),
      'eso/login': untried('infisical/api'),
      'eso/sync': expect.stringContaining('infisical/api'),
    })
    expect(site.infisical.calls).toEqual([])
    const { verdicts } = await site.run()
    expect(verdicts.find(({ id }) => id === 'infisical/api')?.hint).toContain('kubectl -n infisical')
  })

  test('every verdict that is not well says what to do', async () => {
    site.cluster.behaviour.services = {}
    site.cluster.behaviour.denies = (_, { kind }) => kind === 'Lease' || kind === 'Deployment'
    const status = { conditions: [{ type: 'Ready', status: 'False' }] }
    const metadata = { name: 'infisical-store' }
    await site.cluster.apply({ ...kinds.clusterSecretStore, metadata, status })
    const bad = (await site.run()).verdicts.filter(({ ok }) => !ok)
    expect(bad.length).toBeGreaterThan(8)
    expect(bad.filter(({ hint }) => !hint)).toEqual([])
  })

  test('that was never set up is on another database', async () => {
    site.infisical.admin = undefined
    expect(await site.bad()).toMatchObject({
      'infisical/api': expect.stringContaining('was never set up'),
      'infisical/admin': untried('infisical/api'),
    })
  })

  test('that has another password than is kept says so', async () => {
    site.infisical.admin = { email: 'admin@site.local', password: 'changed' }
    expect((await site.bad())['infisical/admin']).toContain("does not take the admin's password")
  })

  test('whose admin’s login is gone: it is to be put back', async () => {
    await site.cluster.delete(kinds.secret, 'infisical-admin', 'sealift-system')
    const { verdicts } = await site.run()
    expect(verdicts.find(({ id }) => id === 'infisical/admin')).toMatchObject({
      ok: false,
      message:
        "there is no Secret sealift-system/infisical-admin with the admin's login, nor its copy infisical/infisical-admin",
      hint: expect.stringContaining('from your backup'),
    })
  })

  test('whose admin’s login is gone but for its copy: that is taken, and said', async () => {
    const admin = await site.cluster.get(kinds.secret, 'infisical-admin', 'sealift-system')
    if (admin === undefined) throw new Error('the site has its admin')
    await site.cluster.delete(kinds.secret, 'infisical-admin', 'sealift-system')
    const { name, labels = {} } = admin.metadata
    await site.cluster.apply({ ...admin, metadata: { name, namespace: 'infisical', labels } })
    const { ok, verdicts } = await site.run()
    expect(ok).toBe(true)
    expect(verdicts.find(({ id }) => id === 'infisical/admin')?.message).toContain(
      'the next install puts Secret sealift-system/infisical-admin back',
    )
  })

  test('of which nothing is left is in none of the namespaces', async () => {
    await site.cluster.delete(kinds.secret, 'infisical-secrets', 'infisical')
    expect((await site.bad())['infisical/api']).toBe('is in none of the namespaces of what was installed')
  })
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

describe('what cannot be asked', () => {
  const failure = new SealiftError('CLUSTER_FAILED', 'no answer', { hints: ['ask again'] })
  const failing = { runtime: { images: () => Promise.reject(new SealiftError('LOAD_FAILED', 'no socket')) } }

  test.each([
    ['ValidatingWebhookConfiguration', 'webhook'],
    ['Lease', 'lease/sealift'],
    ['Deployment', 'namespace/infisical'],
  ])('%s is a verdict, and not the end', async (kind, id) => {
    site.cluster.behaviour.denies = (_, denied) => denied.kind === kind
    const { verdicts, ok } = await site.run()
    expect(ok).toBe(false)
    expect(verdicts.find(verdict => verdict.id === id)).toMatchObject({
      ok: false,
      message: expect.stringContaining(`${kind}`),
    })
    expect(verdicts.find(verdict => verdict.id === postgres)?.ok).toBe(true)
  })

  test('in which namespaces what is, is a verdict too', async () => {
    site.cluster.behaviour.denies = (_, { kind }) => kind === 'Secret'
    expect(await site.bad()).toMatchObject({
      namespaces: expect.stringMatching(/^not allowed to get Secret/),
      [postgres]: expect.any(String),
    })
  })

  test('the node’s images, and what is used', async () => {
    const host = {
      ...withCluster({ usage: () => Promise.reject(failure) }),
      ...failing,
    } as unknown as SiteHost & { runtime: Runtime }
    const { verdicts } = await site.run(smallSite, host)
    expect(verdicts.filter(({ ok }) => !ok)).toEqual([
      { id: 'images', ok: false, message: 'no socket', hint: expect.stringContaining('as root on the node') },
      { id: 'usage', ok: false, message: 'no answer', hint: 'ask again' },
    ])
  })

  test('a cluster that does not answer any more is the end', async () => {
    const gone = new SealiftError('CLUSTER_UNREACHABLE', 'gone')
    const host = withCluster({ list: () => Promise.reject(gone) })
    await expect(site.run(smallSite, host)).rejects.toBe(gone)
  })

  test('a fault of ours is one, and no verdict', async () => {
    const bug = new TypeError('undefined is not a function')
    await expect(site.run(smallSite, withCluster({ list: () => Promise.reject(bug) }))).rejects.toBe(bug)
  })
})

test('an image whose pin K3s will take off is told, with why, and is well after a load', async () => {
  const runtime = memoryRuntime('amd64')
  await load(runtime, sampleBundle().file)
  runtime.pinAsK3s(sampleImages.plain)
  const images = async () => {
    const { verdicts } = await site.run(smallSite, { ...site.host, runtime })
    return verdicts.filter(({ id, ok }) => id.startsWith('image/') && !ok)
  }
  expect(await images()).toEqual([
    {
      id: `image/${sampleImages.plain}`,
      ok: false,
      message: "its pin goes at K3s's next start",
      hint: expect.stringContaining('sealift install'),
    },
  ])
  await load(runtime, sampleBundle().file)
  expect(await images()).toEqual([])
})

test('the admin’s password goes nowhere but to the Infisical that the store names', async () => {
  const { charts } = (await readReceipt(site.cluster)).lock
  const lock = { ...sampleBundle().lock, charts: charts.toReversed() }
  await writeReceipt(site.cluster, { ...proven, lock })
  const hostAPI = 'http://infisical.infisical.svc:8080'
  const store = await site.cluster.get(kinds.clusterSecretStore, 'infisical-store')
  await site.cluster.apply({
    ...store,
    ...kinds.clusterSecretStore,
    metadata: { name: 'infisical-store' },
    spec: { provider: { infisical: { hostAPI } } },
  })
  await site.cluster.apply(
    secretObject('external-secrets', 'infisical-secrets', { ENCRYPTION_KEY: 'k', AUTH_SECRET: 'a' }),
  )
  const { services } = site.cluster.behaviour
  site.cluster.behaviour.services = {
    ...services,
    'external-secrets/infisical:8080': { host: '127.0.0.1', port: 6666 },
  }
  const asked: string[] = []
  const infisical = (url: string) => {
    asked.push(url)
    return site.infisical
  }
  await site.run(smallSite, { ...site.host, infisical })
  expect([...new Set(asked)]).toEqual(['http://127.0.0.1:8080'])
})

test('what a controller quotes is one line, and shows no secret', async () => {
  const message = 'login failed: postgresql://u:hunter2@pg/d\n✔ infisical/admin: fine\u001b[2J'
  await site.cluster.apply({
    ...kinds.clusterSecretStore,
    metadata: { name: 'infisical-store' },
    status: { conditions: [{ type: 'Ready', status: 'False', reason: 'Invalid', message }] },
  })
  await site.cluster.apply({
    ...kinds.deployment,
    metadata: { name: 'infisical', namespace: 'infisical' },
    spec: { replicas: 1 },
    status: { conditions: [{ type: 'Available', status: 'False', message }] },
  })
  const bad = await site.bad()
  const quoted = 'login failed: postgresql://[secret]@pg/d\\u{a}✔ infisical/admin: fine\\u{1b}[2J'
  expect(bad['store/infisical-store']).toBe(`Invalid: ${quoted}`)
  expect(bad['deployment/infisical/infisical']).toBe(`0 of 1 pod available: ${quoted}`)
})

test('an address that somebody has spoilt is a verdict like another', async () => {
  await site.cluster.apply(
    secretObject('infisical', 'infisical-secrets', {
      ENCRYPTION_KEY: 'k',
      AUTH_SECRET: 'a',
      DB_CONNECTION_URI: 'postgresql://infisical:hunter2%zz@pg.databases.svc:5432/infisical',
      REDIS_URL: 'redis://:hunter2%zz@dragonfly.databases.svc:6379/3',
    }),
  )
  const bad = await site.bad()
  expect(bad[postgres]).toContain('DB_CONNECTION_URI in Secret infisical-secrets is not postgresql://')
  expect(bad[dragonfly]).toContain('REDIS_URL in Secret infisical-secrets is not redis://')
  expect(JSON.stringify(bad)).not.toContain('hunter2')
})

test('a server’s own words are one line as well', async () => {
  site.answers.database = { ...site.answers.database, version: '16.4\n✔ eso/sync: fine\u009b2J' }
  const { verdicts } = await site.run()
  const { message = '' } = verdicts.find(({ id }) => id === postgres) ?? {}
  expect(message).toContain('PostgreSQL 16.4\\u{a}✔ eso/sync: fine\\u{9b}2J: infisical logs in')
})
