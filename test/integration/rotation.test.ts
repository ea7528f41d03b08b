/**
 * A password of an application, given anew with everything real but Infisical: PostgreSQL, the API server and External
 * Secrets Operator, which brings it into the Secret of an ExternalSecret that a team has written.
 */
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createInfisical } from '../../src/adapters/infisical/index.ts'
import { createPostgres } from '../../src/adapters/postgres/index.ts'
import { parseSite } from '../../src/kernel/inputs/index.ts'
import { secretObject } from '../../src/kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds, Secret } from '../../src/kernel/ports/index.ts'
import { findDue } from '../../src/teams/verbs/rotate-due.ts'
import { rotateSecrets } from '../../src/teams/verbs/rotate-secret.ts'
import { applyStoresOf } from '../../src/teams/verbs/stores-apply/index.ts'
import { systemClock, systemRandom } from '../contract/infisical-client/system.ts'
import { startServers, type TenancyServers } from '../contract/infisical-tenancy/servers.ts'
import { asSuperuser, rotating } from '../contract/postgres/rotation-site.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { type EsoProcess, startEso } from '../support/eso-process.ts'
import { recordedTalk } from '../support/recorded-talk.ts'
import { type PostgresServer, startPostgres } from '../support/services.ts'
import { goTool } from '../support/tools/build.ts'
import { secretIn } from '../unit/site/wire/memory.ts'
import { smallSite } from '../unit/site/wire/sites.ts'
import { wiredCluster } from './wired-cluster.ts'

let servers: TenancyServers
let api: ApiServer
let postgres: PostgresServer
let eso: EsoProcess
let cluster: Cluster
let projectId = ''

const site = parseSite(smallSite.replace('bank-prod', 'bank'), 'site.yaml')
const made = {
  ...{ name: 'made-by-sealift', namespace: 'talent-mesh', target: 'made-by-sealift', refreshInterval: '1h' },
  data: { password: '/db/POSTGRES_PASSWORD' },
}
const store = { kind: 'ClusterSecretStore', name: 'talent-mesh.prod' }
const data = [
  { secretKey: 'username', remoteRef: { key: '/db/DB_USER' } },
  { secretKey: 'password', remoteRef: { key: '/db/POSTGRES_PASSWORD' } },
]
/** As a team writes them. */
const written = (name: string, target: object): KubernetesObject => ({
  ...kinds.externalSecret,
  metadata: { name, namespace: 'talent-mesh' },
  spec: { refreshInterval: '1h', secretStoreRef: store, target, data },
})
const externalSecret = written('db', { name: 'db-credentials' })
const url = 'postgresql://{{ .username }}:{{ .password }}@db/app'
const templated = written('db-url', { name: 'db-url', template: { data: { url } } })
const stores = {
  layout: 'store-per-environment' as const,
  serve: [
    {
      ...{ project: 'talent-mesh', environment: 'prod', namespaces: ['talent-mesh'] },
      ...{ expandSecretReferences: false, externalSecrets: [made], pushSecrets: [] },
    },
  ],
}
const tenancy = (fields: object = {}, policy?: object) => ({ ...rotating(postgres, fields, policy), stores })

beforeAll(async () => {
  ;[servers, api, postgres] = await Promise.all([startServers(), startApiServer(), startPostgres()])
  await asSuperuser(
    postgres,
    ...["CREATE ROLE app LOGIN PASSWORD 'old'", 'CREATE ROLE app_b LOGIN', 'CREATE DATABASE app OWNER app'],
  )
  cluster = await wiredCluster(api, servers, ['talent-mesh', 'databases'])
  const { user: username, password } = postgres
  await cluster.apply(secretObject('databases', 'postgres-superuser', { username, password }))
  eso = await startEso(api.kubeconfig, servers.watched.url)
  const { tenancy: server } = servers.session
  projectId = (await server.createProject({ slug: 'talent-mesh', defaultEnvironments: true })).id
  await server.createFolder(projectId, 'prod', '/db')
  await put('DB_USER', 'app')
  await put('POSTGRES_PASSWORD', 'old')
  await applyStoresOf({ site: 'bank', tenancy: tenancy(), prune: [] }, host(), recordedTalk(), async () => {})
  for (const object of [externalSecret, templated]) await byTeam(object)
  await until(() => secretIn(cluster, 'talent-mesh', 'db-credentials'))
  await until(() => secretIn(cluster, 'talent-mesh', 'db-url'))
  await until(() => secretIn(cluster, 'talent-mesh', 'made-by-sealift'))
})
afterAll(async () => {
  await eso?.stop()
  await Promise.all([api?.stop(), servers?.stop(), postgres?.stop()])
})

/** Applied by somebody who is not Sealift. */
async function byTeam(object: KubernetesObject): Promise<void> {
  const words = ['--kubeconfig', api.kubeconfig, 'apply', '-f', '-']
  await execa(await goTool('kube'), words, { argv0: 'kubectl', input: JSON.stringify(object) })
}

const put = (name: string, value: string) =>
  servers.session.putSecret({ projectId, environment: 'prod', path: '/db' }, name, new Secret(value))
const host = () => ({
  ...{ cluster, clock: systemClock, random: systemRandom, operator: 'test', database: createPostgres() },
  infisical: (baseUrl: string) => createInfisical({ baseUrl, clock: systemClock }),
})
const rotate = (fields: object = {}) =>
  rotateSecrets({ site, tenancy: tenancy(fields), names: [], due: false }, host(), recordedTalk())

async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let round = 0; round < 240; round++) {
    const found = await ask()
    if (found !== undefined) return found
    await systemClock.sleep(250)
  }
  throw new Error(`it did not come:\n${eso.output().slice(-3000)}`)
}

const inInfisical = async (name: string) =>
  (await servers.session.secret({ projectId, environment: 'prod', path: '/db' }, name))?.reveal()

it('reaches what a team has written, what Sealift has made, and what a template makes of it', async () => {
  const { rotated, failed } = await rotate()
  const password = await inInfisical('POSTGRES_PASSWORD')
  expect(failed).toEqual([])
  expect(password).toMatch(/^Sl-/)
  expect(rotated[0]?.readers.toSorted((a, b) => (a.externalSecret < b.externalSecret ? -1 : 1))).toEqual([
    { externalSecret: 'talent-mesh/db', secret: 'db-credentials', state: 'held' },
    { externalSecret: 'talent-mesh/db-url', secret: 'db-url', state: 'synced' },
    { externalSecret: 'talent-mesh/made-by-sealift', secret: 'made-by-sealift', state: 'held' },
  ])
  expect(await secretIn(cluster, 'talent-mesh', 'db-credentials')).toEqual({ username: 'app', password })
  expect(await secretIn(cluster, 'talent-mesh', 'made-by-sealift')).toEqual({ password })
  expect(await secretIn(cluster, 'talent-mesh', 'db-url')).toEqual({
    url: `postgresql://app:${password}@db/app`,
  })
})

it('leaves the rest of a team’s object as the team has written it', async () => {
  const live = await cluster.get(kinds.externalSecret, 'db', 'talent-mesh')
  expect(live?.['spec']).toMatchObject({ data, secretStoreRef: store, target: { name: 'db-credentials' } })
  const owners = live?.metadata['managedFields'] as { manager: string; fieldsV1: object }[]
  const own = owners.filter(({ manager }) => manager === 'sealift').map(({ fieldsV1 }) => fieldsV1)
  expect(own).toEqual([{ 'f:metadata': { 'f:annotations': { 'f:sealift.dev/look': {} } } }])
})

it('brings both of two secrets where two roles take turns', async () => {
  const fields = { roles: ['app', 'app_b'], admin: { namespace: 'databases', name: 'postgres-superuser' } }
  const { rotated, failed } = await rotate(fields)
  expect(failed).toEqual([])
  expect(rotated).toMatchObject([{ role: 'app_b', earlier: 'kept' }])
  const password = await inInfisical('POSTGRES_PASSWORD')
  expect(await secretIn(cluster, 'talent-mesh', 'db-credentials')).toEqual({ username: 'app_b', password })
})

it('is young then, and old for a policy of which it is told', async () => {
  const due = (clock = systemClock) =>
    findDue({ site: 'bank', tenancy: tenancy({}, { maxAge: '90d' }) }, { ...host(), clock }, recordedTalk())
  expect(await due()).toEqual({ environments: 3, secrets: 2, old: [], unmet: [] })
  const later = { ...systemClock, now: () => Date.now() + 91 * 86_400_000 }
  const { old } = await due(later)
  expect(old.map(({ path, name, days, version }) => [path, name, days, version])).toEqual([
    ['/db', 'DB_USER', 91, 2],
    ['/db', 'POSTGRES_PASSWORD', 91, 3],
  ])
})

it('rests on no words that no real server was heard to use', () => {
  expect(servers.watched.seen.filter(({ unrecorded }) => unrecorded !== '')).toEqual([])
})
