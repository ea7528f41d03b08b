/**
 * What 500 ExternalSecrets at a short interval cost: the real External Secrets Operator beside a real API server, and a
 * stand-in for Infisical that counts. What `check` and `budget fit` say of them is held to it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createInfisical } from '../../src/adapters/infisical/index.ts'
import { type Cluster, kinds, Secret } from '../../src/kernel/ports/index.ts'
import { judgeIntervals, loadOf } from '../../src/site/budget/index.ts'
import { applyStoresOf } from '../../src/teams/verbs/stores-apply/index.ts'
import { systemClock, systemRandom } from '../contract/infisical-client/system.ts'
import { startServers, type TenancyServers } from '../contract/infisical-tenancy/servers.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { type EsoProcess, startEso } from '../support/eso-process.ts'
import { recordedTalk } from '../support/recorded-talk.ts'
import { tenancyOf } from '../unit/teams/tenancy/tenancies.ts'
import { wiredCluster } from './wired-cluster.ts'

const count = 500
const workers = 8
const namespace = 'talent-mesh'
let servers: TenancyServers
let api: ApiServer
let eso: EsoProcess
let cluster: Cluster

beforeAll(async () => {
  ;[servers, api] = await Promise.all([startServers(), startApiServer()])
  cluster = await wiredCluster(api, servers, [namespace])
  const { session } = servers
  eso = await startEso(api.kubeconfig, servers.watched.url, undefined, [`--concurrent=${workers}`])
  const project = await session.tenancy.createProject({ slug: 'talent-mesh', defaultEnvironments: true })
  const place = { projectId: project.id, environment: 'prod', path: '/' }
  await session.putSecret(place, 'PASSWORD', new Secret('w'))
  const tenancy = tenancyOf({
    projects: [{ slug: 'talent-mesh', environments: ['dev', 'staging', 'prod'] }],
    stores: {
      layout: 'store-per-environment',
      serve: [{ project: 'talent-mesh', environment: 'prod', namespaces: [namespace] }],
    },
  })
  const host = {
    ...{ cluster, clock: systemClock, random: systemRandom, operator: 'test' },
    infisical: (baseUrl: string) => createInfisical({ baseUrl, clock: systemClock }),
  }
  await applyStoresOf({ site: 'bank', tenancy, prune: [] }, host, recordedTalk(), async () => {})
}, 120_000)
afterAll(async () => {
  await eso?.stop()
  await Promise.all([api?.stop(), servers?.stop()])
})

const externalSecret = (i: number) => ({
  ...kinds.externalSecret,
  metadata: { name: `load-${i}`, namespace },
  spec: {
    refreshInterval: '1m',
    secretStoreRef: { kind: 'ClusterSecretStore', name: 'talent-mesh.prod' },
    target: { name: `load-${i}` },
    data: [{ secretKey: 'password', remoteRef: { key: 'PASSWORD' } }],
  },
})

/** How often each route was asked. */
const asked = () => {
  const routes = Map.groupBy(servers.watched.seen, ({ method, path }) => `${method} ${path}`)
  return Object.fromEntries([...routes].map(([route, all]) => [route, all.length]))
}

test('each refresh is a login, a read and a revocation, and what is said of the intervals follows from that', async () => {
  servers.watched.seen.length = 0
  await Promise.all(Array.from({ length: count }, (_, i) => cluster.create(externalSecret(i))))
  const logins = () => asked()['POST /api/v1/auth/universal-auth/login'] ?? 0
  for (let round = 0; round < 400 && logins() < count; round++) await systemClock.sleep(250)
  // Those that are under way: one of each worker.
  const filled = asked()
  const refreshes = logins()
  expect(refreshes).toBeGreaterThanOrEqual(count)
  const routes = [
    'POST /api/v1/auth/universal-auth/login',
    'GET /api/v3/secrets/raw/PASSWORD',
    'POST /api/v1/auth/token/revoke',
  ]
  expect(Object.keys(filled).sort()).toEqual(routes.toSorted())
  for (const route of routes) expect(Math.abs((filled[route] ?? 0) - refreshes)).toBeLessThanOrEqual(workers)
  expect(servers.watched.seen.filter(({ status }) => status >= 400)).toEqual([])

  const objects = await cluster.list(kinds.externalSecret)
  const now = systemClock.now()
  const load = loadOf(objects, workers, now)
  expect(load).toMatchObject({ externalSecrets: count, periodic: count, shortest: 60 })
  expect(load.requests).toBeCloseTo((count / 60) * routes.length)
  const budget = { cpu: 300 }
  expect(judgeIntervals(load, budget)).toMatchObject({
    hint: expect.stringContaining('times as long stay within it'),
  })
  expect(judgeIntervals(loadOf(objects, 1, now), budget).message).toMatch(/secrets get up to [67] min old/)
  // As the operator itself writes it: in an hour from now all of them would be late by that, less a minute.
  const late = loadOf(objects, workers, now + 3_600_000).late ?? 0
  expect(late).toBeGreaterThanOrEqual(3540)
  expect(late).toBeLessThan(3540 + 600)
}, 180_000)
