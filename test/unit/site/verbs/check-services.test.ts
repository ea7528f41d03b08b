/** What `check` says of the services of a site, and of its Infisical. */
import { beforeEach, describe, expect, test } from 'vitest'
import { kinds, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { smallSite } from '../wire/sites.ts'
import { type CheckSite, checkSite } from './check-site.ts'

let site: CheckSite
beforeEach(async () => {
  site = await checkSite()
})

const postgres = 'postgresql/postgres-cluster-rw.databases.svc'
const dragonfly = 'dragonfly/dragonfly.databases.svc'
const untried = (...ids: string[]) => `not tried, because of ${ids.join(', ')}`

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
