/**
 * A migration on a site whose ExternalSecrets read elsewhere, with the real External Secrets Operator and the real API
 * server: their store is switched, and the Secrets stay what they were.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createInfisical } from '../../src/adapters/infisical/index.ts'
import { fieldsOf } from '../../src/kernel/objects/index.ts'
import { conditionsOf, isReady } from '../../src/kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds, Secret } from '../../src/kernel/ports/index.ts'
import { doubtsOf } from '../../src/teams/migrate/index.ts'
import {
  type MigrateRequest,
  migrateAlone,
  migrationFault,
} from '../../src/teams/verbs/migrate-sops/index.ts'
import { applyStoresOf } from '../../src/teams/verbs/stores-apply/index.ts'
import { systemClock, systemRandom } from '../contract/infisical-client/system.ts'
import { startServers, type TenancyServers } from '../contract/infisical-tenancy/servers.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { type EsoProcess, startEso } from '../support/eso-process.ts'
import { memoryFiles } from '../support/memory-files.ts'
import { recordedTalk } from '../support/recorded-talk.ts'
import { secretIn } from '../unit/site/wire/memory.ts'
import { tenancyOf } from '../unit/teams/tenancy/tenancies.ts'
import { sourcesOf } from '../unit/teams/verbs/migrate-site.ts'
import { wiredCluster } from './wired-cluster.ts'

let servers: TenancyServers
let api: ApiServer
let eso: EsoProcess
let cluster: Cluster

const projects = [{ slug: 'talent-mesh', environments: ['dev', 'staging', 'prod'] }]
const tenancy = tenancyOf({
  projects,
  stores: {
    layout: 'store-per-environment',
    serve: [{ project: 'talent-mesh', environment: 'prod', namespaces: ['talent-mesh'] }],
  },
})
const values = {
  DB_PASSWORD: `a\${b}c$HOME`,
  DB_USER: 'app',
  TLS_KEY: '-----BEGIN X-----\nabc\n-----END X-----\n',
}

/** Where secrets are until now, for the operator: a provider of its own for tests. */
const oldStore = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'SecretStore',
  metadata: { name: 'sops-as-before', namespace: 'talent-mesh' },
  spec: {
    provider: {
      fake: {
        data: [
          ...Object.entries(values).map(([key, value]) => ({ key, value })),
          { key: '/elsewhere/DB_USER', value: 'app' },
          { key: 'ONLY_BEFORE', value: 'v' },
          { key: 'OTHER', value: 'before' },
        ],
      },
    },
  },
}

function externalSecret(
  name: string,
  data: Readonly<Record<string, string>>,
  more: object = {},
): KubernetesObject {
  return {
    ...kinds.externalSecret,
    metadata: { name, namespace: 'talent-mesh' },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'SecretStore', name: 'sops-as-before' },
      target: { name: `${name}-secret` },
      data: Object.entries(data).map(([secretKey, key]) => ({ secretKey, remoteRef: { key } })),
      ...more,
    },
  }
}

beforeAll(async () => {
  ;[servers, api] = await Promise.all([startServers(), startApiServer()])
  cluster = await wiredCluster(api, servers, ['talent-mesh', 'stranger'])
  eso = await startEso(api.kubeconfig, servers.watched.url)
  await servers.session.tenancy.createProject({ slug: 'talent-mesh', defaultEnvironments: true })
  await applyStoresOf({ site: 'bank', tenancy, prune: [] }, host(), recordedTalk(), async () => {})
  await cluster.apply(oldStore)
})
afterAll(async () => {
  await eso?.stop()
  await Promise.all([api?.stop(), servers?.stop()])
})

const files = memoryFiles()
const host = () => ({
  ...{ cluster, files, clock: systemClock, random: systemRandom, operator: 'test' },
  infisical: (baseUrl: string) => createInfisical({ baseUrl, clock: systemClock }),
})
const run = (name: string, more: Partial<MigrateRequest> = {}) => {
  const switches = [{ namespace: 'talent-mesh', name }]
  const asked = { site: 'bank', project: 'talent-mesh', environment: 'prod', path: '/', accept: [] }
  const request = { ...asked, apply: true, sources: sourcesOf(values), switches, ...more }
  return migrateAlone(request, host(), recordedTalk())
}
const live = (name: string) => cluster.get(kinds.externalSecret, name, 'talent-mesh')
const storeOf = async (name: string) => fieldsOf((await live(name))?.['spec'])['secretStoreRef']
const before = { kind: 'SecretStore', name: 'sops-as-before' }
const after = { kind: 'ClusterSecretStore', name: 'talent-mesh.prod' }

/** Makes it, and waits until the operator has brought its Secret. */
async function brought(object: KubernetesObject): Promise<void> {
  // As somebody else's: what Sealift applies is Sealift's, field by field.
  await cluster.create(object)
  for (let round = 0; round < 240; round++) {
    if (isReady(await live(object.metadata.name))) return
    await systemClock.sleep(250)
  }
  throw new Error(`it did not come:\n${eso.output().slice(-3000)}`)
}

it('is switched, once its Secret is proven to stay what it was; a second run changes nothing', async () => {
  await brought(externalSecret('db', { password: 'DB_PASSWORD', user: 'DB_USER', key: 'TLS_KEY' }))
  const was = await secretIn(cluster, 'talent-mesh', 'db-secret')
  const applied = await run('db')
  expect(applied.switches).toEqual([
    {
      ...{ externalSecret: 'talent-mesh/db', secret: 'talent-mesh/db-secret', state: 'switched', keys: 3 },
      ...{ from: 'SecretStore sops-as-before', to: 'ClusterSecretStore talent-mesh.prod' },
    },
  ])
  expect(migrationFault(applied, [])).toBeUndefined()
  expect([await storeOf('db'), await secretIn(cluster, 'talent-mesh', 'db-secret')]).toEqual([after, was])
  expect(was).toEqual({ password: values.DB_PASSWORD, user: 'app', key: values.TLS_KEY })
  const version = (await live('db'))?.metadata['resourceVersion']
  expect((await run('db')).switches).toMatchObject([{ state: 'already' }])
  expect((await live('db'))?.metadata['resourceVersion']).toBe(version)
})

it('is found by the name of its Secret, and with a template and all that it takes', async () => {
  const template = { data: { url: 'postgres://{{ .user }}:{{ .password }}@db' } }
  const more = { target: { name: 'app-url', template } }
  await brought(externalSecret('app', { password: 'DB_PASSWORD', user: 'DB_USER' }, more))
  expect((await run('app-url')).switches).toMatchObject([
    { externalSecret: 'talent-mesh/app', state: 'switched' },
  ])
  expect(await storeOf('app')).toEqual(after)
})

it('keeps its store where the other would bring another value, or has none', async () => {
  await brought(externalSecret('other', { other: 'OTHER' }))
  await brought(externalSecret('missing', { only: 'ONLY_BEFORE' }))
  const sources = sourcesOf({ ...values, OTHER: 'another' })
  const applied = await run('other', { sources })
  const fault = migrationFault(applied, [])
  expect(fault).toMatchObject({ code: 'PARITY_FAILED' })
  expect(fault?.faults).toEqual(['talent-mesh/other: would bring other otherwise than it is now'])
  const missing = await run('missing', { sources })
  expect(migrationFault(missing, [])?.faults.join()).toMatch(/talent-mesh\/missing: .*ONLY_BEFORE/)
  expect([await storeOf('other'), await storeOf('missing')]).toEqual([before, before])
  expect(await secretIn(cluster, 'talent-mesh', 'other-secret')).toEqual({ other: 'before' })
  // What was tried is gone again.
  const names = (await cluster.list(kinds.externalSecret, 'talent-mesh')).map(({ metadata }) => metadata.name)
  expect(names.toSorted()).toEqual(['app', 'db', 'missing', 'other'])
  const secrets = (await cluster.list(kinds.secret, 'talent-mesh')).map(({ metadata }) => metadata.name)
  expect(secrets.filter(name => name.includes('trial'))).toEqual([])
})

it('has no value in its report, which only its owner may read', async () => {
  await run('db', { report: 'migrated.json' })
  const report = await files.readText('migrated.json')
  for (const value of Object.values(values)) expect(report).not.toContain(JSON.stringify(value))
  const { secrets, parity } = JSON.parse(report)
  expect(parity).toMatchObject({ by: 'identity external-secrets.talent-mesh.prod', equal: 3 })
  for (const { digests } of secrets) expect(digests.read).toBe(digests.file)
})

it('would have the names that are called unfit, and no others, not found by the operator', async () => {
  const { id: projectId = '' } = (await servers.session.project('talent-mesh')) ?? {}
  const names = [
    'with space',
    'Ünïcode',
    'dot.name',
    'N'.repeat(100),
    'N'.repeat(101),
    'what?',
    'a#b',
    '50%',
    '%41',
    '..',
  ]
  const secrets = names.map(name => ({ name, value: new Secret('v') }))
  await servers.session.batches.putSecrets({ projectId, environment: 'prod', path: '/' }, secrets)
  for (const [at, name] of names.entries())
    await cluster.create(externalSecret(`name-${at}`, { key: name }, { secretStoreRef: after }))
  const came: string[] = []
  for (const [at, name] of names.entries()) {
    let condition: string | undefined
    for (let round = 0; round < 120 && condition === undefined; round++) {
      condition = conditionsOf(await live(`name-${at}`)).find(({ type }) => type === 'Ready')?.status
      if (condition === undefined) await systemClock.sleep(250)
    }
    if (condition === 'True') came.push(name)
  }
  const fit = names.filter(name =>
    doubtsOf(sourcesOf({ [name]: 'v' }).found, { replaces: false, by: '' }).every(
      ({ kind }) => kind === 'told',
    ),
  )
  expect(came).toEqual(fit)
  expect(fit).toEqual(['with space', 'Ünïcode', 'dot.name', 'N'.repeat(100)])
})
