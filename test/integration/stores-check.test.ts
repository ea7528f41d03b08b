/**
 * What the real External Secrets Operator calls synced and is not, found beside the real API server; and pushes, which
 * this one (0.20.4) cannot do.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createInfisical } from '../../src/adapters/infisical/index.ts'
import { conditionsOf } from '../../src/kernel/owned/index.ts'
import { type Cluster, kinds, Secret } from '../../src/kernel/ports/index.ts'
import { pushSecretObject } from '../../src/teams/stores/push-secrets.ts'
import { applyStoresOf, storesFault } from '../../src/teams/verbs/stores-apply/index.ts'
import { checkFault, checkStores } from '../../src/teams/verbs/stores-check.ts'
import { systemClock, systemRandom } from '../contract/infisical-client/system.ts'
import { startServers, type TenancyServers } from '../contract/infisical-tenancy/servers.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { type EsoProcess, startEso } from '../support/eso-process.ts'
import { recordedTalk } from '../support/recorded-talk.ts'
import { tenancyOf } from '../unit/teams/tenancy/tenancies.ts'
import { wiredCluster } from './wired-cluster.ts'

let servers: TenancyServers
let api: ApiServer
let eso: EsoProcess
let cluster: Cluster
let projectId = ''

const push = {
  ...{ name: 'tls-certificate', namespace: 'talent-mesh', source: 'edge-tls' },
  data: { 'tls.crt': '/certificates/TLS_CRT' },
}
const tenancy = tenancyOf({
  projects: [{ slug: 'talent-mesh', environments: ['dev', 'staging', 'prod'] }],
  stores: {
    layout: 'store-per-environment',
    serve: [
      { project: 'talent-mesh', environment: 'prod', namespaces: ['talent-mesh'], pushSecrets: [push] },
      {
        project: 'talent-mesh',
        environment: 'dev',
        namespaces: ['talent-mesh'],
        expandSecretReferences: true,
      },
    ],
  },
})

beforeAll(async () => {
  ;[servers, api] = await Promise.all([startServers(), startApiServer()])
  cluster = await wiredCluster(api, servers, ['talent-mesh'])
  eso = await startEso(api.kubeconfig, servers.watched.url)
  const project = await servers.session.tenancy.createProject({
    slug: 'talent-mesh',
    defaultEnvironments: true,
  })
  projectId = project.id
  await put('prod', 'POSTGRES_PASSWORD', 'geheim')
  await put('prod', 'JSON', '{"port":5432,"user":"app"}')
  await put('dev', 'EMPTIED', `geheim\${nowhere}`)
})
afterAll(async () => {
  await eso?.stop()
  await Promise.all([api?.stop(), servers?.stop()])
})

const put = (environment: string, name: string, value: string) =>
  servers.session.putSecret({ projectId, environment, path: '/' }, name, new Secret(value))
const host = () => ({
  ...{ cluster, clock: systemClock, random: systemRandom, operator: 'test' },
  infisical: (baseUrl: string) => createInfisical({ baseUrl, clock: systemClock }),
})
const apply = () =>
  applyStoresOf({ site: 'bank', tenancy, prune: [] }, host(), recordedTalk(), async () => {})
const check = () => checkStores({ site: 'bank', tenancy }, host(), recordedTalk())

/** Asks until there is an answer. @throws Error with ESO's log when there is none in a minute */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let round = 0; round < 240; round++) {
    const found = await ask()
    if (found !== undefined) return found
    await systemClock.sleep(250)
  }
  throw new Error(`it did not come:\n${eso.output().slice(-3000)}`)
}

/** Makes an ExternalSecret, and waits until it is called synced. */
async function brings(name: string, spec: object, store = 'talent-mesh.prod') {
  const metadata = { name, namespace: 'talent-mesh' }
  const secretStoreRef = { kind: 'ClusterSecretStore', name: store }
  await cluster.apply({
    ...{ ...kinds.externalSecret, metadata },
    spec: { refreshInterval: '1h', secretStoreRef, ...spec },
  })
  await until(async () => {
    const [condition] = conditionsOf(await cluster.get(kinds.externalSecret, name, 'talent-mesh'))
    return condition?.reason === 'SecretSynced' ? true : undefined
  })
}
const one = (key: string, remote = {}) => ({ data: [{ secretKey: 'p', remoteRef: { key, ...remote } }] })

it('a push is told before it is tried, where the operator only reads, and the rest is done', async () => {
  const applied = await apply()
  expect(applied.unmet).toEqual([
    {
      name: 'PushSecret talent-mesh/tls-certificate',
      why: expect.stringMatching(/only reads from Infisical \(its stores say ReadOnly\)/),
    },
  ])
  expect(storesFault(applied)).toMatchObject({ code: 'TENANCY_UNMET' })
  expect(applied.unready).toEqual([])
  expect(await cluster.list(kinds.pushSecret)).toEqual([])
  const folders = await servers.session.tenancy.projects()
  const [project] = folders
  expect((await servers.session.tenancy.folders(project ?? expect.fail())).get('prod')).toEqual([])
})

it('a push as it would be made is one that the API server takes', async () => {
  const [served] = tenancy.stores?.serve ?? []
  const [wanted] = served?.pushSecrets ?? []
  const made = pushSecretObject(served ?? expect.fail(), wanted ?? expect.fail())
  expect(await cluster.preview(made, 'sealift')).toMatchObject(made)
})

it('what has arrived is no finding', async () => {
  await brings('arrived', one('POSTGRES_PASSWORD'))
  expect(await check()).toEqual({
    ...{ stores: ['talent-mesh.dev', 'talent-mesh.prod'], objects: 1, findings: [], waiting: [] },
  })
})

it('what is called synced and is not is found, each with what to do, and no value is told', async () => {
  await brings('finds', { dataFrom: [{ find: { path: '/db' } }] })
  await brings('number', one('JSON', { property: 'port' }))
  await brings('text', one('JSON', { property: 'user' }))
  await brings('emptied', one('EMPTIED'), 'talent-mesh.dev')
  await brings('once', { ...one('POSTGRES_PASSWORD'), refreshInterval: '0s' })
  await brings('left', { ...one('POSTGRES_PASSWORD'), target: { creationPolicy: 'Orphan' } })
  await cluster.delete(kinds.externalSecret, 'left', 'talent-mesh')
  const checked = await check()
  const told = checked.findings.map(({ object, says, is }) => `${object} (${says}): ${is}`)
  expect(told.toSorted()).toEqual([
    expect.stringMatching(
      /^ExternalSecret talent-mesh\/emptied \(SecretSynced\): key p: its value has a reference/,
    ),
    'ExternalSecret talent-mesh/finds (SecretSynced): find 1 found nothing: its path selects no folder',
    'ExternalSecret talent-mesh/finds (SecretSynced): there is no Secret finds',
    expect.stringMatching(
      /^ExternalSecret talent-mesh\/number \(SecretSynced\): key p: property port is a number/,
    ),
    expect.stringMatching(/^ExternalSecret talent-mesh\/once \(SecretSynced\): it is read once/),
    expect.stringMatching(/^Secret talent-mesh\/left \(nothing\): an ExternalSecret made it/),
  ])
  expect(checkFault(checked)).toMatchObject({ code: 'CHECK_FAILED' })
  expect(JSON.stringify([checked, checkFault(checked)])).not.toContain('geheim')
})

it('what has changed waits for its interval', async () => {
  await put('prod', 'POSTGRES_PASSWORD', 'changed')
  const { waiting, findings } = await check()
  expect(waiting.map(({ object }) => object)).toEqual(['ExternalSecret talent-mesh/arrived'])
  expect(findings.map(({ is }) => is)).toContainEqual(expect.stringContaining('never looked at again'))
})

it('rests on no words that no real server was heard to use', () => {
  expect(servers.watched.seen.filter(({ unrecorded }) => unrecorded !== '')).toEqual([])
})
