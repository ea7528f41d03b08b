/** Rooms that look at objects of the cluster: whatever form a field is in, they read on or refuse in clear words. */
import { expect, test } from 'vitest'
import { backend } from '../../../src/adapters/cluster/service.ts'
import { siteOf, whereWired } from '../../../src/kernel/access/index.ts'
import { leaseHolder } from '../../../src/kernel/lease/index.ts'
import { explain } from '../../../src/kernel/owned/conditions.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../../src/kernel/ports/index.ts'
import { judgeDeployment, judgeReady } from '../../../src/site/check/verdict.ts'
import { judgeWebhooks } from '../../../src/site/check/webhook.ts'
import { broughtImages, siteJournal, unfinishedInstall } from '../../../src/site/install/index.ts'
import { installedBundle, readReceipt } from '../../../src/site/install/receipt.ts'
import { awaited, isOf, podTrouble, tryPods, unready } from '../../../src/site/release/index.ts'
import { refuseTeamsLoss } from '../../../src/site/verbs/remove/teams-loss.ts'
import { ingressFaults, stays } from '../../../src/site/wire/index.ts'
import { storedKeys } from '../../../src/site/wire/keys/keys.ts'
import { readSecret } from '../../../src/site/wire/secrets.ts'
import { liftDeadWebhooks } from '../../../src/site/wire/store/index.ts'
import { showingCertificate } from '../../../src/site/wire/store/webhook.ts'
import { answeringCluster, type World } from '../../support/answering-cluster.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { memoryFiles } from '../../support/memory-files.ts'
import { wronglyTaken } from '../../support/odd-fields.ts'

const managed = { 'app.kubernetes.io/managed-by': 'sealift' }
const metadata = {
  ...{ name: 'app', namespace: 'apps', uid: 'u', resourceVersion: '1', generation: 1 },
  ...{ labels: managed, finalizers: ['a/b'], creationTimestamp: '2026-01-01T00:00:00Z' },
  annotations: { 'meta.helm.sh/release-name': 'one' },
}
const base64 = (text: string) => Buffer.from(text).toString('base64')
const ended = { terminated: { exitCode: 1, reason: 'Error' } }
const status = (name: string) => ({
  ...{ name, ready: false, restartCount: 2, lastState: ended },
  state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
})
const conditions = [
  { type: 'Ready', status: 'False', reason: 'x', message: 'y' },
  { type: 'PodScheduled', status: 'False', message: 'no node' },
]
const container = { name: 'main', image: 'x:1', ports: [{ name: 'pg', containerPort: 5432 }] }
const pod = {
  metadata,
  spec: {
    ...{ containers: [container], initContainers: [{ ...container, restartPolicy: 'Always' }] },
    volumes: [{ secret: { secretName: 'app' } }],
  },
  status: {
    ...{ phase: 'Running', conditions },
    ...{ containerStatuses: [status('main')], initContainerStatuses: [status('first')] },
  },
}
const event = {
  ...{ metadata, reason: 'FailedCreate', message: 'exceeded quota', lastTimestamp: 't', eventTime: 't' },
  involvedObject: { kind: 'ReplicaSet', name: 'app', uid: 'u' },
}
const replicas = {
  metadata,
  spec: { replicas: 2, template: { metadata: { labels: {} }, spec: { serviceAccountName: 'app' } } },
  status: { replicas: 1, observedGeneration: 1, updatedReplicas: 1, availableReplicas: 1, conditions },
}
const hook = { clientConfig: { service: { namespace: 'apps', name: 'app' } } }
const slice = {
  metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'app' } },
  ports: [{ name: '', port: 5432 }],
  endpoints: [
    { addresses: ['10.0.0.1'], conditions: { ready: true }, targetRef: { kind: 'Pod', name: 'a' } },
  ],
}
const service = (selector: object) => ({
  metadata,
  spec: { type: 'ClusterIP', selector, ports: [{ port: 5432, targetPort: 'pg', protocol: 'TCP' }] },
})
const ready = { ...pod, status: { ...pod.status, conditions: [{ type: 'Ready', status: 'True' }] } }
const store = {
  ...{ metadata, status: { conditions } },
  spec: {
    provider: {
      infisical: {
        hostAPI: 'http://infisical.apps.svc:8080',
        auth: { universalAuthCredentials: { clientId: { namespace: 'eso' } } },
      },
    },
  },
}
const crd = {
  metadata,
  spec: { group: 'x.io', names: { kind: 'Thing' }, versions: [{ name: 'v1', storage: true }] },
}
const line = { at: 't', bundle: `sha256:${'a'.repeat(64)}`, site: `sha256:${'b'.repeat(64)}`, step: 's' }
const journal = base64(JSON.stringify({ ...line, detail: 'd', milliseconds: 1 }))
const keys = { ENCRYPTION_KEY: base64('k'), AUTH_SECRET: base64('a'), REDIS_URL: base64('redis://x') }
const port = { namespace: 'apps', service: 'app', port: 5432 }
const clock = new ManualClock()

const first = async (cluster: Cluster, kind: keyof typeof kinds): Promise<KubernetesObject> =>
  (await cluster.get(kinds[kind], 'app', 'apps')) ?? { ...kinds[kind], metadata: { name: 'app' } }

const rooms: readonly (readonly [string, World, (cluster: Cluster) => unknown])[] = [
  ['trouble of pods', { Pod: { items: [pod] } }, cluster => podTrouble(cluster, 'apps')],
  [
    'trouble of those that make them',
    { ReplicaSet: { items: [replicas] }, Event: { items: [event, event] } },
    cluster => awaited(cluster, 'apps'),
  ],
  [
    'a Deployment',
    { Deployment: { items: [replicas] } },
    async cluster => {
      const object = { ...(await first(cluster, 'deployment')), kind: 'Deployment' }
      const name = { release: 'one', namespace: 'apps' }
      return [
        judgeDeployment(object, true),
        unready(object),
        isOf(object, name),
        siteOf(object),
        stays(object),
      ]
    },
  ],
  [
    'a pod that would be refused',
    { Deployment: { items: [replicas] }, ServiceAccount: { items: [{ metadata }] } },
    async cluster =>
      tryPods({ ...cluster, preview: async object => object }, [await first(cluster, 'deployment')], {
        ...{ release: 'one', namespace: 'apps' },
      }),
  ],
  ['a store', { ClusterSecretStore: { items: [store] } }, cluster => whereWired(cluster, ['apps', 'eso'])],
  [
    'why something is not ready',
    { ExternalSecret: { items: [store] }, Event: { items: [event] } },
    async cluster => {
      const object = await first(cluster, 'externalSecret')
      return [judgeReady(object, 'x'), await explain(cluster, { ...object, ...kinds.externalSecret })]
    },
  ],
  [
    'webhooks, and what answers them',
    {
      ValidatingWebhookConfiguration: { items: [{ metadata, webhooks: [hook] }] },
      Service: { items: [service({})] },
      EndpointSlice: { items: [slice] },
    },
    async cluster => {
      const [hooks, services, slices] = await Promise.all(
        [kinds.validatingWebhook, kinds.service, kinds.endpointSlice].map(kind => cluster.list(kind)),
      )
      return judgeWebhooks(hooks ?? [], ['apps'], services ?? [], slices ?? [])
    },
  ],
  [
    'webhooks that nobody answers',
    { ValidatingWebhookConfiguration: { items: [{ metadata, webhooks: [hook] }] } },
    cluster => liftDeadWebhooks({ ...cluster, delete: async () => {} }, ['apps'], () => true),
  ],
  [
    'what waits for its certificate',
    { Secret: { items: [{ metadata, data: { 'tls.crt': 'eA==' } }] }, Pod: { items: [pod] } },
    cluster => showingCertificate(cluster, 'apps', { clock }, async () => 'installed'),
  ],
  [
    'an Ingress',
    {
      Ingress: { items: [{ metadata, spec: { ingressClassName: 'app', rules: [{ host: 'x.example' }] } }] },
      IngressClass: { items: [{ metadata }] },
      Secret: {
        items: [{ metadata, type: 'kubernetes.io/tls', data: { 'tls.crt': 'eA==', 'tls.key': 'eA==' } }],
      },
    },
    cluster => ingressFaults(cluster, { ingress: { host: 'x.example', tlsSecret: 'app' } }, 'apps'),
  ],
  [
    'a Service and its pods',
    { Service: { items: [service({ app: 'x' })] }, Pod: { items: [ready] } },
    cluster => backend(cluster, port),
  ],
  [
    'a Service without pods',
    { Service: { items: [service({})] }, EndpointSlice: { items: [slice] } },
    cluster => backend(cluster, port),
  ],
  [
    'CRDs, and what is of them',
    { CustomResourceDefinition: { items: [crd] }, Thing: { items: [{ metadata }] } },
    async cluster => refuseTeamsLoss(await cluster.list(kinds.crd), cluster),
  ],
  [
    'a lease',
    { Lease: { items: [{ metadata, spec: { holderIdentity: 'me', acquireTime: 't' } }] } },
    leaseHolder,
  ],
  [
    'the receipt',
    { ConfigMap: { items: [{ metadata, data: { name: 'x', version: '1', images: 'a b', started: '{}' } }] } },
    async cluster => [
      await installedBundle(cluster),
      await broughtImages(cluster),
      await unfinishedInstall(cluster),
      await readReceipt(cluster).catch((error: { code?: string }) => error.code ?? error),
    ],
  ],
  [
    'the journal',
    { Secret: { items: [{ metadata, data: { 'journal.jsonl': journal } }] } },
    cluster => siteJournal(cluster, memoryFiles(), '/journal').read(),
  ],
  [
    'the keys',
    { Secret: { items: [{ metadata, data: keys }] } },
    async cluster => [
      String(await readSecret(cluster, { namespace: 'apps', name: 'app', key: 'AUTH_SECRET' }, 'x')),
      await storedKeys(cluster, 'apps'),
    ],
  ],
]

test.each(rooms)('%s may have any field in any odd form', async (_, world, read) => {
  expect(await wronglyTaken(world, document => read(answeringCluster(document as World)))).toEqual([])
})
