/** What `check` says where it cannot ask, and what it never shows. */
import { beforeEach, describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { type Cluster, kinds, type Runtime, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { readReceipt, writeReceipt } from '../../../../src/site/install/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { memoryRuntime } from '../../../support/memory-runtime.ts'
import { sampleBundle, sampleImages } from '../../../support/sample-bundle.ts'
import { load } from '../load/node.ts'
import { smallSite } from '../wire/sites.ts'
import { type CheckSite, checkSite } from './check-site.ts'
import { proven } from './memory-site.ts'

let site: CheckSite
beforeEach(async () => {
  site = await checkSite()
})

const postgres = 'postgresql/postgres-cluster-rw.databases.svc'
const dragonfly = 'dragonfly/dragonfly.databases.svc'

/** The host with parts of its cluster replaced. */
const withCluster = (changed: Partial<Cluster>): SiteHost => ({
  ...site.host,
  cluster: { ...site.cluster, ...changed },
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
