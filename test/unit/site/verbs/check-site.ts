/** A site in memory that works, for tests of `check`: every server answers, and ESO does what ESO does. */
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import {
  type CacheLogin,
  type DatabaseLogin,
  kinds,
  Secret,
  type SiteHost,
} from '../../../../src/kernel/ports/index.ts'
import { writeReceipt } from '../../../../src/site/install/index.ts'
import { type CheckResult, check } from '../../../../src/site/verbs/check/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import type { MemoryCluster } from '../../../support/memory-cluster.ts'
import { memoryFiles } from '../../../support/memory-files.ts'
import { memoryImagesFolder } from '../../../support/memory-images-folder.ts'
import { memoryNodes } from '../../../support/memory-nodes.ts'
import { memoryRuntime } from '../../../support/memory-runtime.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { RecordingClock } from '../../../support/recording-clock.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'
import { shippedManifest } from '../../../support/shipped-manifest.ts'
import { cacheOf, countingRandom, sessionOf, siteCluster } from '../wire/memory.ts'
import { type MemoryInfisical, memoryInfisical } from '../wire/memory-infisical.ts'
import { smallSite } from '../wire/sites.ts'
import { objectsIn, proven } from './memory-site.ts'

const password = 'admins-own-password'
const fits = { number: 160004, version: '16.4', encoding: 'UTF8', maximum: 100, reserved: 3, used: 10 }

/** What PostgreSQL and Dragonfly answer; a test changes it. */
export interface Answers {
  database: Record<string, unknown>
  cache: Record<string, unknown>
}

/** A site that works. */
export interface CheckSite {
  readonly cluster: MemoryCluster
  readonly infisical: MemoryInfisical
  readonly host: SiteHost
  readonly clock: RecordingClock
  readonly answers: Answers
  /** How PostgreSQL and Dragonfly were logged in to. */
  readonly logins: (DatabaseLogin | CacheLogin)[]
  /** All that could be left behind: objects, and Infisical's secrets. */
  left(): unknown
  /** Runs `check`; `text` is a site file. */
  run(text?: string, host?: SiteHost, signal?: AbortSignal): Promise<CheckResult>
  /** The verdicts that are not ok, by id. */
  bad(text?: string, host?: SiteHost): Promise<Record<string, string>>
}

const chart = sampleBundle().lock.charts[0]
if (chart === undefined) throw new Error('the sample has a chart')
const lock = {
  ...sampleBundle().lock,
  charts: ['infisical', 'external-secrets'].map(name => ({ ...chart, name, release: name, namespace: name })),
}

/** Makes a site that works. */
export async function checkSite(): Promise<CheckSite> {
  const clock = new RecordingClock()
  const infisical = memoryInfisical()
  await infisical.bootstrap('admin@site.local', new Secret(password), 'openova')
  const session = await infisical.login('admin@site.local', new Secret(password))
  await session.createProject('platform-shared', 'platform-shared')
  const clientSecret = await session.createClientSecret('eso', 'for ESO')
  const cluster = await siteCluster(
    ...['infisical', 'external-secrets'].map(name => ({
      ...kinds.deployment,
      metadata: { name, namespace: name },
      spec: { replicas: 1 },
      status: { availableReplicas: 1 },
    })),
    secretObject('infisical', 'infisical-secrets', {
      ENCRYPTION_KEY: 'k',
      AUTH_SECRET: 'a',
      DB_CONNECTION_URI: 'postgresql://infisical:p%40ss@postgres-cluster-rw.databases.svc:5432/infisical',
      REDIS_URL: 'redis://:r%40ss@dragonfly.databases.svc:6379/3',
    }),
    secretObject('sealift-system', 'infisical-admin', { email: 'admin@site.local', password }),
    secretObject('external-secrets', 'infisical-universal-auth', { clientId: 'client-eso', clientSecret }),
    {
      ...kinds.clusterSecretStore,
      metadata: { name: 'infisical-store' },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    },
    {
      ...kinds.validatingWebhook,
      metadata: { name: 'secretstore-validate' },
      webhooks: [{ clientConfig: { service: { namespace: 'external-secrets', name: 'webhook' } } }],
    },
    { ...kinds.service, metadata: { name: 'webhook', namespace: 'external-secrets' } },
    slice('webhook-a', [{ addresses: ['10.42.0.7'], conditions: { ready: true } }]),
  )
  await writeReceipt(cluster, { ...proven, lock })
  infisical.calls.length = 0
  cluster.behaviour.services = {
    'databases/postgres-cluster-rw:5432': { host: '127.0.0.1', port: 5432 },
    'databases/dragonfly:6379': { host: '127.0.0.1', port: 6379 },
    'infisical/infisical:8080': { host: '127.0.0.1', port: 8080 },
  }
  cluster.behaviour.react = async ({ kind, spec, metadata }, self) => {
    if (kind !== 'ExternalSecret') return
    const { data, target } = spec as { data: { remoteRef: { key: string } }[]; target: { name: string } }
    const value = infisical.secrets.get(`prod/sealift-probe/${data[0]?.remoteRef.key}`) ?? ''
    await self.apply(secretObject(String(metadata.namespace), target.name, { value }))
  }
  const files = memoryFiles()
  const answers: Answers = {
    database: { ...fits, tables: 412, infisical: true },
    cache: { INFO: 'redis_version:7.4.0\r\n', SELECT: 'OK', DBSIZE: 31, EVAL: '' },
  }
  const logins: CheckSite['logins'] = []
  const opening =
    <T>(session: () => T) =>
    async (login: DatabaseLogin | CacheLogin) => {
      logins.push(login)
      return session()
    }
  const host = {
    ...{
      files,
      cluster,
      clock,
      runtime: undefined,
      nodes: memoryNodes({}),
      random: countingRandom(),
      manifests: shippedManifest,
    },
    database: { open: opening(() => sessionOf(answers.database)) },
    cache: { open: opening(() => cacheOf(answers.cache)) },
    infisical: () => infisical,
    imagesFolder: memoryImagesFolder(memoryRuntime()),
  } as unknown as SiteHost
  const run: CheckSite['run'] = (text = smallSite, on = host, signal = new AbortController().signal) =>
    check(0, parseSite(text, 'site.yaml'), on, recordedTalk({ signal }))
  return {
    ...{ cluster, infisical, host, clock, answers, logins, run },
    left: () => [objectsIn(cluster), [...infisical.secrets]],
    async bad(text, on) {
      const { verdicts } = await run(text, on)
      return Object.fromEntries(verdicts.filter(({ ok }) => !ok).map(({ id, message }) => [id, message]))
    },
  }
}

/** An EndpointSlice of the webhook's Service. */
export function slice(name: string, endpoints: readonly object[]) {
  const labels = { 'kubernetes.io/service-name': 'webhook' }
  return {
    ...kinds.endpointSlice,
    metadata: { name, namespace: 'external-secrets', labels },
    addressType: 'IPv4',
    endpoints,
  }
}
