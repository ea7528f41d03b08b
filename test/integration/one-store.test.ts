/**
 * The one store for all teams with the real External Secrets Operator and the real API server: the decision's
 * ExternalSecret, word for word but for its API version, gets its Secret.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCluster } from '../../src/adapters/cluster/index.ts'
import { createInfisical } from '../../src/adapters/infisical/index.ts'
import { managed } from '../../src/kernel/access/index.ts'
import { conditionsOf, secretObject } from '../../src/kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds, Secret } from '../../src/kernel/ports/index.ts'
import { environmentSecret } from '../../src/kernel/server-variables/index.ts'
import { parseYaml } from '../../src/kernel/yaml/index.ts'
import { markedFor } from '../../src/site/wire/index.ts'
import { applyStoresOf } from '../../src/teams/verbs/stores-apply/index.ts'
import { checkStores } from '../../src/teams/verbs/stores-check.ts'
import { planStores } from '../../src/teams/verbs/stores-plan.ts'
import { systemClock, systemRandom } from '../contract/infisical-client/system.ts'
import { adminPassword, startServers, type TenancyServers } from '../contract/infisical-tenancy/servers.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { esoCrds } from '../support/connected/eso.ts'
import { type EsoProcess, startEso } from '../support/eso-process.ts'
import { recordedTalk } from '../support/recorded-talk.ts'
import { secretIn } from '../unit/site/wire/memory.ts'
import { tenancyOf } from '../unit/teams/tenancy/tenancies.ts'

let servers: TenancyServers
let api: ApiServer
let eso: EsoProcess
let cluster: Cluster
let projectId = ''
let starts = 0

const root = join(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'test/fixtures/decision/external-secret.yaml'), 'utf8')
const decided = parseYaml(text) as KubernetesObject
const tenancy = tenancyOf({
  projects: [{ slug: 'talent-mesh', environments: ['prod'] }],
  stores: {
    layout: 'one-store',
    serve: [{ project: 'talent-mesh', environment: 'prod', namespaces: ['talent-mesh'] }],
  },
})

const template = {
  metadata: { labels: { app: 'infisical' } },
  spec: { containers: [{ name: 'infisical', image: 'stand-in' }] },
}
const deployment = {
  ...kinds.deployment,
  metadata: { name: 'infisical', namespace: 'infisical' },
  spec: { replicas: 1, selector: { matchLabels: { app: 'infisical' } }, template },
}

/** The API server's cluster, with a kubelet for one Deployment: the stand-in is started with what its Secret says. */
function withStandIn(real: Cluster): Cluster {
  const { hostname, port } = new URL(servers.watched.url)
  const isServer = ({ kind }: { readonly kind: string }) => kind === 'Deployment'
  return {
    ...real,
    forwardService: async () => ({ host: hostname, port: Number(port), close: async () => {} }),
    async apply(object) {
      const applied = await real.apply(object)
      if (isServer(object)) {
        starts += 1
        await servers.again((await secretIn(real, 'infisical', 'infisical-secrets')) ?? {})
      }
      return applied
    },
    async get(kind, name, namespace) {
      const found = await real.get(kind, name, namespace)
      const up = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 }
      const observedGeneration = found?.metadata['generation']
      return found && isServer(kind) ? { ...found, status: { ...up, observedGeneration } } : found
    },
  }
}

beforeAll(async () => {
  ;[servers, api] = await Promise.all([startServers(), startApiServer()])
  const real = createCluster({ kubeconfig: api.kubeconfig, environment: {} })
  for (const crd of await esoCrds()) await real.apply(crd)
  for (const name of ['sealift-system', 'infisical', 'external-secrets'])
    await real.apply(markedFor('bank', { ...kinds.namespace, metadata: { name, labels: managed } }))
  await real.apply({ ...kinds.namespace, metadata: { name: 'talent-mesh' } })
  const { organizationId } = servers.session
  const login = { email: 'admin@site.local', password: adminPassword, organizationId }
  await real.apply(secretObject('sealift-system', 'infisical-admin', login))
  for (const namespace of ['sealift-system', 'infisical'])
    await real.apply(environmentSecret(namespace, { wired: servers.keys, more: {} }))
  // As helm has it: what an apply of ours does not name stays.
  await real.create(deployment)
  cluster = withStandIn(real)
  eso = await startEso(api.kubeconfig, servers.watched.url)
  const { tenancy: server } = servers.session
  projectId = (await server.createProject({ slug: 'talent-mesh', defaultEnvironments: true })).id
})
afterAll(async () => {
  await eso?.stop()
  await Promise.all([api?.stop(), servers?.stop()])
})

const host = () => ({
  ...{ cluster, clock: systemClock, random: systemRandom, operator: 'test' },
  infisical: (baseUrl: string) => createInfisical({ baseUrl, clock: systemClock }),
})
const plan = () => planStores({ site: 'bank', tenancy }, host(), recordedTalk())
const found = async () =>
  (await checkStores({ site: 'bank', tenancy }, host(), recordedTalk())).findings.map(
    ({ object, is }) => `${object}: ${is}`,
  )
const apply = () =>
  applyStoresOf({ site: 'bank', tenancy, prune: [] }, host(), recordedTalk(), async () => {})
const put = (path: string, name: string, value: string, id = projectId, environment = 'prod') =>
  servers.session.putSecret({ projectId: id, environment, path }, name, new Secret(value))
const viewId = async () => (await servers.session.project('platform-view'))?.id ?? ''

/** The decision's ExternalSecret, looked at now, or another one after its model. */
function like(name: string, spec: object): KubernetesObject {
  return {
    ...decided,
    metadata: { ...decided.metadata, name },
    spec: { ...(decided['spec'] as object), ...spec },
  }
}
const look = (object = decided) => {
  const annotations = { 'force-sync': String(systemClock.now()) }
  return cluster.apply({ ...object, metadata: { ...object.metadata, annotations } })
}

/** Asks until there is an answer. @throws Error with ESO's log when there is none in a minute */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let round = 0; round < 240; round++) {
    const found = await ask()
    if (found !== undefined) return found
    await systemClock.sleep(250)
  }
  throw new Error(`it did not come:\n${eso.output().slice(-3000)}`)
}
const secret = (name = 'db-credentials') => secretIn(cluster, 'talent-mesh', name)
const arrived = (password: string) =>
  until(async () => ((await secret())?.['POSTGRES_PASSWORD'] === password ? true : undefined))
const said = (name: string, reason: string) =>
  until(async () => {
    const found = conditionsOf(await cluster.get(kinds.externalSecret, name, 'talent-mesh'))
    return found.find(condition => condition.reason === reason)
  })

it('is made as it is planned, with one start of Infisical, and proven', async () => {
  await put('/', 'POSTGRES_PASSWORD', 's3cr3t')
  const planned = await plan()
  expect(planned.unmet).toEqual([])
  const applied = await apply()
  expect([applied.unmet, applied.unready, applied.foreign]).toEqual([[], [], []])
  const names = (all: typeof planned.differences) => all.map(({ kind, name }) => `${kind} ${name}`).toSorted()
  expect(names(applied.changed)).toEqual(names(planned.differences))
  expect(applied.proven.map(({ identity }) => identity).toSorted()).toEqual([
    'external-secrets.platform-view.all',
    'external-secrets.talent-mesh.prod',
  ])
  expect(starts).toBe(1)
  expect(await plan()).toMatchObject({ equal: true })
})

it('serves the decision’s ExternalSecret as it stands', async () => {
  // The README's journey has it word by word.
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(`\`\`\`yaml\n${text}\`\`\``)
  await cluster.apply(decided)
  await arrived('s3cr3t')
})

it('brings a change at the next look', async () => {
  await put('/', 'POSTGRES_PASSWORD', 'changed')
  await look()
  await arrived('changed')
})

it('is changed by no second apply, which starts nothing', async () => {
  const versions = async () =>
    [
      ...(await cluster.list(kinds.clusterSecretStore)),
      ...(await cluster.list(kinds.secret, 'external-secrets')),
      ...(await cluster.list(kinds.secret, 'infisical')),
    ].map(({ metadata }) => metadata['resourceVersion'])
  const [before, from] = [await versions(), servers.watched.seen.length]
  expect(await apply()).toMatchObject({ changed: [], unmet: [], unready: [], proven: [], foreign: [] })
  expect([await versions(), starts]).toEqual([before, 1])
  const asked = servers.watched.seen.slice(from)
  const logins = /\/(login|select-organization|revoke)$/
  expect(asked.filter(({ method, path }) => method !== 'GET' && !logins.test(path))).toEqual([])
})

it('sees a folder that the team makes later, once it was applied again', async () => {
  await servers.session.tenancy.createFolder(projectId, 'prod', '/databases/primary')
  await put('/databases/primary', 'URL', 'in a folder')
  const later = like('later', {
    target: { name: 'later' },
    data: [{ secretKey: 'URL', remoteRef: { key: '/talent-mesh/prod/databases/primary/URL' } }],
  })
  await cluster.apply(later)
  await said('later', 'SecretSyncedError')
  expect((await plan()).differences.map(({ kind }) => kind)).toEqual([
    ...['folder', 'grant', 'grant', 'import', 'import'],
  ])
  expect((await apply()).changed).toHaveLength(5)
  await look(later)
  expect(await until(() => secret('later'))).toEqual({ URL: 'in a folder' })
  expect(starts).toBe(1)
})

it('keeps the Secret when a team takes its grant back, and says so', async () => {
  const { sharing } = servers.session
  const grants = (await sharing.grants(projectId)) ?? []
  const root = grants.find(({ folderName }) => folderName === 'root')
  await sharing.revoke(projectId, root?.id ?? '')
  await look()
  await said('talent-mesh-db-credentials', 'SecretSyncedError')
  expect(await secret()).toEqual({ POSTGRES_PASSWORD: 'changed' })
  expect((await plan()).differences.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'grant talent-mesh/prod',
  ])
  expect(await found()).toContainEqual(
    expect.stringMatching(/^ExternalSecret talent-mesh\/talent-mesh-db-cred.* the store sees no/),
  )
  await apply()
  await look()
  await said('talent-mesh-db-credentials', 'SecretSynced')
})

it('finds nothing for a `find`, and ESO calls it synced; a store of the environment does', async () => {
  const find = (store: string, find: object) =>
    like(store, {
      secretStoreRef: { kind: 'ClusterSecretStore', name: store },
      target: { name: `found-${store}` },
      data: [],
      dataFrom: [{ find }],
    })
  const name = { regexp: '^POSTGRES_' }
  await cluster.apply(find('infisical-store', { path: '/talent-mesh/prod', name }))
  await said('infisical-store', 'SecretSynced')
  expect(await secret('found-infisical-store')).toBeUndefined()
  expect(await found()).toEqual([
    'ExternalSecret talent-mesh/infisical-store: find 1 found nothing: it finds in / of platform-view, all alone, and teams have nothing there',
    'ExternalSecret talent-mesh/infisical-store: there is no Secret found-infisical-store',
  ])
  await cluster.apply(find('talent-mesh.prod', { name }))
  expect(await until(() => secret('found-talent-mesh.prod'))).toEqual({ POSTGRES_PASSWORD: 'changed' })
})

it('is told of what somebody writes into the looking project: it is read in the place of the team’s', async () => {
  await put('/talent-mesh/prod', 'POSTGRES_PASSWORD', 'shadow', await viewId(), 'all')
  await put('/talent-mesh/prod', 'ALONE', 'nobody sees it', await viewId(), 'all')
  await look()
  await arrived('shadow')
  expect(await found()).toContainEqual(
    expect.stringMatching(
      /talent-mesh-db-credentials: .* shadows POSTGRES_PASSWORD, which it imports from prod/,
    ),
  )
  const { unmet, foreign, differences } = await plan()
  expect(unmet).toEqual([
    { name: 'secret talent-mesh/prod/POSTGRES_PASSWORD', why: expect.stringMatching(/^one of this name in/) },
  ])
  expect(foreign.map(found => found.name)).toEqual(['secret platform-view/all/talent-mesh/prod/ALONE'])
  expect(differences).toEqual([])
  expect((await apply()).unmet).toHaveLength(1)
  const place = { projectId: await viewId(), environment: 'all', path: '/talent-mesh/prod' }
  for (const secretName of ['POSTGRES_PASSWORD', 'ALONE'])
    await servers.session.deleteSecret(place, secretName)
  await look()
  await arrived('changed')
})

it('reads nothing beside the looking project, and rests on nothing else that no real server was heard to say', async () => {
  const kept = await secretIn(cluster, 'external-secrets', 'infisical-universal-auth.platform-view.all')
  const infisical = createInfisical({ baseUrl: servers.watched.url, clock: systemClock })
  const token = await infisical.loginIdentity({
    clientId: kept?.['clientId'] ?? '',
    clientSecret: new Secret(kept?.['clientSecret'] ?? ''),
  })
  const place = { projectId, environment: 'prod', path: '/' }
  expect(await infisical.trying(token).read(place, 'POSTGRES_PASSWORD')).toBe(false)
  // No recording has an identity that asks a project which it is not in. That this is a 403 is what matters.
  const strange = servers.watched.seen.filter(({ unrecorded }) => unrecorded !== '')
  expect(strange.filter(({ unrecorded }) => !unrecorded.startsWith('403 You are not a member'))).toEqual([])
  expect(servers.watched.mostAtOnce()).toBeLessThanOrEqual(5)
})
