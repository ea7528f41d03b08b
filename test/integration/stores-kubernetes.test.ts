/**
 * Stores that log in as External Secrets Operator's own account: the real operator with the token of a real account, a
 * real API server that vouches for it, and a server that asks there. Nothing secret is at rest.
 */
import { readFileSync } from 'node:fs'
import { AppsV1Api, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createInfisical } from '../../src/adapters/infisical/index.ts'
import { waitFor } from '../../src/kernel/owned/index.ts'
import { type Cluster, kinds, Secret } from '../../src/kernel/ports/index.ts'
import { environmentAnnotation, environmentMark } from '../../src/kernel/server-variables/index.ts'
import { applyStoresAlone } from '../../src/teams/verbs/stores-apply/index.ts'
import { planStores } from '../../src/teams/verbs/stores-plan.ts'
import { systemClock, systemRandom } from '../contract/infisical-client/system.ts'
import { startServers, type TenancyServers } from '../contract/infisical-tenancy/servers.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { type EsoProcess, startEso } from '../support/eso-process.ts'
import { recordedTalk } from '../support/recorded-talk.ts'
import { secretIn } from '../unit/site/wire/memory.ts'
import { tenancyOf } from '../unit/teams/tenancy/tenancies.ts'
import { wiredCluster } from './wired-cluster.ts'

let servers: TenancyServers
let api: ApiServer
let eso: EsoProcess
let cluster: Cluster
let apps: AppsV1Api
let projectId = ''
/** How often the server was started anew. */
let starts = 0

const credentials = 'infisical-universal-auth.talent-mesh.prod'
const variables = { namespace: 'infisical', name: 'infisical' }
const tenancy = (login: 'kubernetes' | 'universal-auth') =>
  tenancyOf({
    projects: [{ slug: 'talent-mesh', environments: ['dev', 'staging', 'prod'] }],
    stores: {
      ...{ layout: 'store-per-environment', login },
      serve: [{ project: 'talent-mesh', environment: 'prod', namespaces: ['talent-mesh'] }],
    },
  })

/** In the place of a controller: the server starts with the variables that its Deployment was started anew for. */
const clock = {
  ...systemClock,
  async sleep(milliseconds: number, signal?: AbortSignal) {
    await systemClock.sleep(Math.min(milliseconds, 250), signal)
    const live = await cluster.get(kinds.deployment, variables.name, variables.namespace)
    const generation = live?.metadata['generation']
    if (generation === (live?.['status'] as { observedGeneration?: number })?.observedGeneration) return
    const { ALLOW_INTERNAL_IP_CONNECTIONS = '' } =
      (await secretIn(cluster, 'infisical', 'infisical-secrets')) ?? {}
    await servers.again({ ALLOW_INTERNAL_IP_CONNECTIONS })
    starts += 1
    await isUp(Number(generation))
  },
}
async function isUp(observedGeneration: number) {
  const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
  const one = { replicas: 1, updatedReplicas: 1, availableReplicas: 1, readyReplicas: 1 }
  const body = { status: { observedGeneration, ...one } }
  await apps.patchNamespacedDeploymentStatus({ ...variables, body }, merge)
}

async function makeDeployment(namespace: string, name: string, chart: string, account: string) {
  const labels = { app: name, 'helm.sh/chart': chart }
  const annotations = { [environmentAnnotation]: (await environmentMark(cluster, namespace)) ?? '' }
  const spec = { serviceAccountName: account, containers: [{ name, image: `r.io/${name}:1` }] }
  await cluster.create({
    ...kinds.deployment,
    metadata: { name, namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels, annotations }, spec },
    },
  })
}

beforeAll(async () => {
  api = await startApiServer()
  const config = new KubeConfig()
  config.loadFromString(readFileSync(api.kubeconfig, 'utf8'))
  apps = config.makeApiClient(AppsV1Api)
  const { port: apiPort } = new URL(config.getCurrentCluster()?.server ?? '')
  const environment = { STAND_IN_HOSTS: `kubernetes.default.svc=127.0.0.1:${apiPort}` }
  servers = await startServers({ environment })
  cluster = await wiredCluster(api, servers, ['talent-mesh'])
  const account = { name: 'eso', namespace: 'external-secrets' }
  await cluster.create({ ...kinds.serviceAccount, metadata: account })
  await makeDeployment('infisical', 'infisical', 'infisical-standalone-1.7.5', 'infisical')
  await isUp(1)
  await makeDeployment('external-secrets', 'external-secrets', 'external-secrets-0.20.4', account.name)
  const core = config.makeApiClient(CoreV1Api)
  const asked = { ...account, body: { spec: { audiences: [] } } }
  const { status } = await core.createNamespacedServiceAccountToken(asked)
  eso = await startEso(api.kubeconfig, servers.watched.url, status?.token)
  projectId = (
    await servers.session.tenancy.createProject({ slug: 'talent-mesh', defaultEnvironments: true })
  ).id
  await servers.session.putSecret(place, 'POSTGRES_PASSWORD', new Secret('from Infisical'))
})
afterAll(async () => {
  await eso?.stop()
  await Promise.all([api?.stop(), servers?.stop()])
})

const place = {
  environment: 'prod',
  path: '/',
  get projectId() {
    return projectId
  },
}
const host = () => ({
  ...{ cluster, clock, random: systemRandom },
  infisical: (baseUrl: string) => createInfisical({ baseUrl, clock: systemClock }),
})
const apply = (login: 'kubernetes' | 'universal-auth') =>
  applyStoresAlone(
    { site: 'bank', tenancy: tenancy(login), prune: [] },
    host(),
    recordedTalk(),
    async () => {},
  )
const plan = (login: 'kubernetes' | 'universal-auth') =>
  planStores({ site: 'bank', tenancy: tenancy(login) }, host(), recordedTalk())

/** Asks until the Secret of an ExternalSecret is there. @throws Error with ESO's log when it is not in a minute */
async function arrived(name: string): Promise<Record<string, string>> {
  await cluster.apply({
    ...kinds.externalSecret,
    metadata: { name, namespace: 'talent-mesh' },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'talent-mesh.prod' },
      target: { name },
      data: [{ secretKey: 'password', remoteRef: { key: 'POSTGRES_PASSWORD' } }],
    },
  })
  for (let round = 0; round < 240; round++) {
    const found = await secretIn(cluster, 'talent-mesh', name)
    if (found !== undefined) return found
    await systemClock.sleep(250)
  }
  throw new Error(`it did not come:\n${eso.output().slice(-3000)}`)
}

it('log in without any secret at rest, after one restart of the server', async () => {
  const planned = await plan('kubernetes')
  const { changed, unmet, unready } = await apply('kubernetes')
  expect([unmet, unready, starts]).toEqual([[], [], 1])
  expect(changed).toEqual(planned.differences)
  expect(changed.slice(0, 3).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'variable ALLOW_INTERNAL_IP_CONNECTIONS',
    'policy sealift-external-secrets-own-token',
    'binding sealift-external-secrets-token-reviews',
  ])
  expect(Object.keys((await secretIn(cluster, 'external-secrets', credentials)) ?? {})).toEqual([
    'identityId',
  ])
  expect(await arrived('first')).toEqual({ password: 'from Infisical' })
})

it('are not changed by a second apply', async () => {
  expect((await plan('kubernetes')).equal).toBe(true)
  expect(await apply('kubernetes')).toMatchObject({ changed: [], unmet: [], unready: [] })
  expect(starts).toBe(1)
})

it('log in with a client secret again where the file says so, and nothing of the other way stays', async () => {
  const { changed, unready } = await apply('universal-auth')
  expect([changed.map(({ change, kind }) => `${change} ${kind}`), unready, starts]).toEqual([
    ['change credentials', 'change store', 'remove variable', 'remove binding', 'remove policy'],
    [],
    2,
  ])
  const [identity] = (await servers.session.tenancy.identities()).filter(({ name }) =>
    name.includes('talent'),
  )
  expect(identity?.authMethods).toEqual(['universal-auth'])
  expect(await arrived('second')).toEqual({ password: 'from Infisical' })
  expect((await plan('universal-auth')).equal).toBe(true)
})

it('and back: the client secret is revoked and gone', async () => {
  const { clientId = '', clientSecret = '' } =
    (await secretIn(cluster, 'external-secrets', credentials)) ?? {}
  await apply('kubernetes')
  expect(Object.keys((await secretIn(cluster, 'external-secrets', credentials)) ?? {})).toEqual([
    'identityId',
  ])
  const server = host().infisical(servers.watched.url)
  await expect(server.loginIdentity({ clientId, clientSecret: new Secret(clientSecret) })).rejects.toThrow()
  expect(await arrived('third')).toEqual({ password: 'from Infisical' })
  expect((await plan('kubernetes')).equal).toBe(true)
})

describe('meanwhile a team’s SecretStore', () => {
  const reference = { name: 'any', key: 'any' }
  const asOperator = { kubernetesAuthCredentials: { identityId: reference } }
  const withSecret = { universalAuthCredentials: { clientId: reference, clientSecret: reference } }
  const secretsScope = { projectSlug: 'talent-mesh', environmentSlug: 'prod' }
  const teams = (name: string, auth: object, more: object = {}) => ({
    ...kinds.secretStore,
    metadata: { name, namespace: 'talent-mesh', ...more },
    spec: { provider: { infisical: { hostAPI: servers.watched.url, auth, secretsScope } } },
  })
  const refusal = {
    code: 'CLUSTER_DENIED',
    hints: [
      expect.stringMatching(/sealift-external-secrets-own-token.*must not log in.*universalAuthCredentials/),
    ],
  }
  const inNamespace = (name: string) => cluster.get(kinds.secretStore, name, 'talent-mesh')

  it('is refused as the operator, made or changed, and taken with a client secret', async () => {
    await expect(cluster.create(teams('new', asOperator))).rejects.toMatchObject(refusal)
    await cluster.create(teams('own', withSecret))
    await expect(cluster.apply(teams('own', { ...withSecret, ...asOperator }))).rejects.toMatchObject(refusal)
    await expect(cluster.apply(teams('own', asOperator))).rejects.toMatchObject(refusal)
    expect(await inNamespace('new')).toBeUndefined()
    // What the operator writes into its status, and others beside its spec, passes.
    await cluster.apply(teams('own', withSecret, { labels: { team: 'talent-mesh' } }))
    expect((await plan('kubernetes')).equal).toBe(true)
  })

  it('that goes can be let go, and not be changed into one', async () => {
    const held = { finalizers: ['talent-mesh.example/held'] }
    await cluster.apply(teams('going', withSecret, held))
    await apply('universal-auth')
    // An API server learns a moment later that a policy is gone.
    const made = () => cluster.apply(teams('was-there', asOperator, held)).catch(() => undefined)
    expect(await waitFor({ clock: systemClock }, made)).toBeDefined()
    const told = [expect.objectContaining({ name: 'SecretStore talent-mesh/was-there' })]
    expect((await plan('kubernetes')).unmet).toEqual(told)
    await expect(apply('kubernetes')).rejects.toMatchObject({ code: 'TENANCY_UNMET' })
    for (const name of ['going', 'was-there'])
      await cluster.delete(kinds.secretStore, name, 'talent-mesh', 0).catch(() => {})
    await expect(cluster.apply(teams('going', asOperator, held))).rejects.toMatchObject(refusal)
    for (const [name, auth] of Object.entries({ going: withSecret, 'was-there': asOperator })) {
      await cluster.apply(teams(name, auth, { finalizers: [] }))
      expect(await inNamespace(name)).toBeUndefined()
    }
    expect((await apply('kubernetes')).unmet).toEqual([])
    expect(await arrived('fourth')).toEqual({ password: 'from Infisical' })
  })
})
