/**
 * Stores of a tenancy file with the real External Secrets Operator and the real API server: a secret comes into the
 * namespaces that a store serves, and into no other.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createInfisical } from '../../src/adapters/infisical/index.ts'
import { conditionsOf } from '../../src/kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds, Secret } from '../../src/kernel/ports/index.ts'
import { parseYaml } from '../../src/kernel/yaml/index.ts'
import { rotateStoresAlone } from '../../src/teams/verbs/rotate-stores.ts'
import { applyStoresOf } from '../../src/teams/verbs/stores-apply/index.ts'
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
let projectId = ''

// Where references are replaced it would arrive as ac$HOME.
const unusual = `a\${b}c$HOME`

const projects = [{ slug: 'talent-mesh', environments: ['dev', 'staging', 'prod'] }]
const generated = {
  ...{ name: 'made-by-sealift', namespace: 'talent-jobs', target: 'made-by-sealift' },
  data: { password: 'POSTGRES_PASSWORD', replica: '/databases/REPLICA_PASSWORD' },
}
const serving = (...namespaces: string[]) =>
  tenancyOf({
    projects,
    stores: {
      layout: 'store-per-environment',
      serve: [
        {
          ...{ project: 'talent-mesh', environment: 'prod', namespaces },
          externalSecrets: namespaces.includes('talent-jobs') ? [generated] : [],
        },
      ],
    },
  })

beforeAll(async () => {
  ;[servers, api] = await Promise.all([startServers(), startApiServer()])
  cluster = await wiredCluster(api, servers, ['talent-mesh', 'talent-jobs', 'stranger'])
  eso = await startEso(api.kubeconfig, servers.watched.url)
  const { tenancy } = servers.session
  projectId = (await tenancy.createProject({ slug: 'talent-mesh', defaultEnvironments: true })).id
  await tenancy.createFolder(projectId, 'prod', '/databases')
})
afterAll(async () => {
  await eso?.stop()
  await Promise.all([api?.stop(), servers?.stop()])
})

const host = () => ({
  ...{ cluster, clock: systemClock, random: systemRandom, operator: 'test' },
  infisical: (baseUrl: string) => createInfisical({ baseUrl, clock: systemClock }),
})
const plan = (...namespaces: string[]) =>
  planStores({ site: 'bank', tenancy: serving(...namespaces) }, host(), recordedTalk())
const apply = (tenancy = serving('talent-mesh', 'talent-jobs'), prune: readonly string[] = []) =>
  applyStoresOf({ site: 'bank', tenancy, prune }, host(), recordedTalk(), async () => {})
const put = (path: string, name: string, value: string) =>
  servers.session.putSecret({ projectId, environment: 'prod', path }, name, new Secret(value))

/** The ExternalSecret of the README's journey, word by word. */
function ofReadme(): KubernetesObject {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
  const [, block = ''] = /```yaml\n((?:(?!```).)*kind: ExternalSecret.*?)```/s.exec(readme) ?? []
  return parseYaml(block.replaceAll(/^ {3}/gm, '')) as KubernetesObject
}

/** An ExternalSecret as a team writes it. */
function externalSecret(namespace: string, annotations = {}): KubernetesObject {
  return {
    ...kinds.externalSecret,
    metadata: { name: 'talent-mesh-db-credentials', namespace, annotations },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'talent-mesh.prod' },
      target: { name: 'db-credentials' },
      data: [
        { secretKey: 'password', remoteRef: { key: 'POSTGRES_PASSWORD' } },
        { secretKey: 'replica', remoteRef: { key: '/databases/REPLICA_PASSWORD' } },
      ],
    },
  }
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

const arrived = (namespace: string, password: string) =>
  until(async () => {
    const found = await secretIn(cluster, namespace, 'db-credentials')
    return found?.['password'] === password ? found : undefined
  })

it('are made, and External Secrets Operator calls them ready', async () => {
  await put('/', 'POSTGRES_PASSWORD', unusual)
  await put('/databases', 'REPLICA_PASSWORD', 'in a folder')
  const planned = await plan('talent-mesh', 'talent-jobs')
  const applied = await apply()
  expect([applied.unmet, applied.unready]).toEqual([[], []])
  expect(applied.changed).toEqual(planned.differences)
  expect(applied.proven).toEqual([{ identity: 'external-secrets.talent-mesh.prod', tried: 6 }])
  expect((await plan('talent-mesh', 'talent-jobs')).differences).toEqual([])
})

it('bring a value as it is, by the ExternalSecret of the README’s journey', async () => {
  await cluster.apply(ofReadme())
  expect(await arrived('talent-mesh', unusual)).toEqual({ password: unusual })
})

it('serve the other namespaces of theirs, and folders', async () => {
  await cluster.apply(externalSecret('talent-jobs'))
  expect(await arrived('talent-jobs', unusual)).toEqual({ password: unusual, replica: 'in a folder' })
})

it('come with the ExternalSecrets of the file', async () => {
  const made = await until(() => secretIn(cluster, 'talent-jobs', 'made-by-sealift'))
  expect(made).toEqual({ password: unusual, replica: 'in a folder' })
  // As the API server fills it in, too.
  const { differences, unready } = await plan('talent-mesh', 'talent-jobs')
  expect([differences, unready]).toEqual([[], []])
})

it('refuse any other namespace', async () => {
  await cluster.apply(externalSecret('stranger'))
  const [condition] = await until(async () => {
    const found = conditionsOf(
      await cluster.get(kinds.externalSecret, 'talent-mesh-db-credentials', 'stranger'),
    )
    return found.length > 0 ? found : undefined
  })
  expect(condition).toMatchObject({ type: 'Ready', status: 'False', reason: 'SecretSyncedError' })
  expect(await secretIn(cluster, 'stranger', 'db-credentials')).toBeUndefined()
})

it('are not changed by a second apply', async () => {
  const versions = async () =>
    [
      ...(await cluster.list(kinds.clusterSecretStore)),
      ...(await cluster.list(kinds.secret, 'external-secrets')),
    ].map(({ metadata }) => metadata['resourceVersion'])
  const before = await versions()
  expect(await apply()).toMatchObject({ changed: [], unmet: [], unready: [], proven: [] })
  expect(await versions()).toEqual(before)
})

it('get other client secrets while what the Secret holds always logs in', async () => {
  const holding = async () =>
    (await secretIn(cluster, 'external-secrets', 'infisical-universal-auth.talent-mesh.prod')) ?? {}
  const before = await holding()
  let [over, tried] = [false, 0]
  const trying = async () => {
    const infisical = createInfisical({ baseUrl: servers.watched.url, clock: systemClock })
    for (; !over; tried += 1) {
      const { clientId = '', clientSecret = '' } = await holding()
      await infisical.loginIdentity({ clientId, clientSecret: new Secret(clientSecret) })
    }
  }
  const rotating = rotateStoresAlone('bank', host(), recordedTalk()).finally(() => {
    over = true
  })
  const [{ rotated, unmet }] = await Promise.all([rotating, trying()])
  expect([rotated.map(({ revoked }) => revoked), unmet]).toEqual([[1], []])
  expect(tried).toBeGreaterThan(10)
  const { clientId = '', clientSecret = '' } = before
  expect((await holding())['clientSecret']).not.toBe(clientSecret)
  const server = createInfisical({ baseUrl: servers.watched.url, clock: systemClock })
  await expect(server.loginIdentity({ clientId, clientSecret: new Secret(clientSecret) })).rejects.toThrow()
  await put('/', 'POSTGRES_PASSWORD', 'after the rotation')
  await cluster.apply(externalSecret('talent-mesh', { 'force-sync': 'rotated' }))
  expect(await arrived('talent-mesh', 'after the rotation')).toBeDefined()
})

it('go on with other credentials when theirs are gone', async () => {
  await cluster.delete(kinds.secret, 'infisical-universal-auth.talent-mesh.prod', 'external-secrets')
  const { changed, unready } = await apply()
  expect([changed.map(({ kind }) => kind), unready]).toEqual([['credentials'], []])
  await put('/', 'POSTGRES_PASSWORD', 'changed')
  await cluster.apply(externalSecret('talent-mesh', { 'force-sync': 'again' }))
  expect(await arrived('talent-mesh', 'changed')).toBeDefined()
})

it('are put right where somebody let all namespaces in', async () => {
  const live = await cluster.get(kinds.clusterSecretStore, 'talent-mesh.prod')
  const { name, labels = {}, annotations = {} } = live?.metadata ?? { name: '' }
  const spec = { ...(live?.['spec'] as object), conditions: [{ namespaceRegexes: ['.*'] }] }
  await cluster.apply({ ...kinds.clusterSecretStore, metadata: { name, labels, annotations }, spec })
  expect((await plan('talent-mesh', 'talent-jobs')).differences.map(({ kind }) => kind)).toEqual(['store'])
  await apply()
  expect((await plan('talent-mesh', 'talent-jobs')).equal).toBe(true)
})

it('go with a prune, identity and credentials with them', async () => {
  const none = { ...serving('x'), stores: { layout: 'store-per-environment' as const, serve: [] } }
  const { changed } = await apply(none, ['talent-mesh'])
  expect(changed.map(({ kind }) => kind).toSorted()).toEqual(
    ['identity', 'store', 'credentials', 'external-secret'].toSorted(),
  )
  expect(await cluster.list(kinds.clusterSecretStore)).toEqual([])
  const names = (await servers.session.tenancy.identities()).map(identity => identity.name)
  expect(names).toEqual(['Instance Admin Identity'])
})

it('rest on no words that no real server was heard to use', () => {
  expect(servers.watched.seen.filter(({ unrecorded }) => unrecorded !== '')).toEqual([])
})
