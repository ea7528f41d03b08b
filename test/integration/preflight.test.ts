/** A preflight against a real API server, with its admission and its rights: what it sees there, and that it writes nothing. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createCluster, createLooks } from '../../src/adapters/cluster/index.ts'
import {
  type Cluster,
  type KubernetesObject,
  kinds,
  type TemporaryHelm,
} from '../../src/kernel/ports/index.ts'
import { printYaml } from '../../src/kernel/yaml/index.ts'
import { secretObject } from '../../src/site/wire/secrets.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { selfSigned } from '../support/certificate.ts'
import { memoryLooks } from '../support/memory-looks.ts'
import { type RecordingApi, startRecordingApi } from '../support/recording-api.ts'
import {
  checkOf,
  lookAt,
  outcomes,
  type PreflightWorld,
  preflightWorld,
} from '../unit/site/verbs/preflight/preflight-site.ts'

let server: ApiServer
let recording: RecordingApi
let dir = ''
let admin: Cluster
let world: PreflightWorld

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealift-preflight-'))
  server = await startApiServer()
  recording = await startRecordingApi(server.kubeconfig, join(dir, 'recorded.kubeconfig'))
  admin = createCluster({ kubeconfig: server.kubeconfig, environment: {} })
  const uri = 'postgresql://infisical:word@pg.bank.example/infisical'
  await admin.apply(secretObject('default', 'database', { uri }))
})
afterAll(async () => {
  await recording?.stop()
  await server?.stop()
  await rm(dir, { recursive: true, force: true })
})
beforeEach(async () => {
  world = await throughApi(recording.kubeconfig)
  recording.calls.length = 0
})

/** The memory site, on the real API server. */
async function throughApi(kubeconfig: string): Promise<PreflightWorld> {
  const given = await preflightWorld()
  const options = { kubeconfig, environment: {} }
  const { kubelet } = memoryLooks()
  const looks = { ...given.looks, ...createLooks(options), kubelet }
  return {
    ...given,
    looks,
    host: { ...given.host, cluster: createCluster(options), helmFrom: async () => helm },
  }
}

const securityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
}
const deployment = (name: string, container: object): KubernetesObject => ({
  ...kinds.deployment,
  metadata: { name },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name, image: 'r.io/x:1', ...container }] },
    },
  },
})
/** Renders one Deployment per chart: `demo`'s passes Pod Security `baseline` only, `eso`'s `restricted`. */
const helm: TemporaryHelm = {
  template: async ({ release }) => helm.render({ release } as never),
  render: async ({ release }) => printYaml(deployment(release, release === 'eso' ? { securityContext } : {})),
  upgrade: () => Promise.reject(new Error('nothing is installed')),
  rollback: () => Promise.reject(new Error('nothing goes back')),
  uninstall: () => Promise.reject(new Error('nothing is removed')),
  status: async () => undefined,
  dispose: async () => {},
}

/** The calls that are more than a question. */
const writes = () =>
  recording.calls.filter(call => {
    const [method, url = ''] = call.split(' ')
    if (method === 'GET') return false
    if (method === 'POST') return !url.endsWith('/selfsubjectaccessreviews')
    return method !== 'PATCH' || new URL(url, 'http://x').searchParams.get('dryRun') !== 'All'
  })

test('a fresh site: it is seen as what it is, and nothing is written', async () => {
  const before = (await admin.list(kinds.namespace)).map(({ metadata }) => metadata.name)
  const found = await lookAt(world)
  expect(outcomes(found)).toMatchObject({
    'cluster/reach': 'ok',
    'cluster/rights': 'ok',
    'cluster/clock': 'ok',
    'present/site': 'ok',
    'present/installations': 'ok',
    'present/operator': 'ok',
    'present/crds': 'ok',
    'present/lease': 'ok',
    'present/release/demo': 'ok',
    'admission/demo': 'ok',
    'admission/eso': 'ok',
    postgresql: 'ok',
    dragonfly: 'ok',
    // There are none in this cluster.
    'node/state': 'fault',
  })
  // It was asked a lot, by dry runs too, and none of it was to change anything.
  expect(recording.calls.length).toBeGreaterThan(20)
  expect(recording.calls.filter(call => call.includes('dryRun=All'))).toHaveLength(2)
  expect(writes()).toEqual([])
  expect((await admin.list(kinds.namespace)).map(({ metadata }) => metadata.name)).toEqual(before)
  expect(await admin.list(kinds.pod)).toEqual([])
})

test('a namespace that enforces restricted: the pod that does not pass is told in the server’s words', async () => {
  for (const name of ['demo', 'eso']) {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
    await admin.apply({ ...kinds.namespace, metadata: { name, labels } })
    await expect.poll(() => admin.get(kinds.serviceAccount, 'default', name)).toBeDefined()
  }
  try {
    const found = await lookAt(world)
    expect(outcomes(found)).toMatchObject({ 'admission/demo': 'fault', 'admission/eso': 'ok' })
    const { seen = '' } = checkOf(found, 'admission/demo') ?? {}
    expect(seen).toContain('violates PodSecurity "restricted:latest"')
    expect(seen).toContain('allowPrivilegeEscalation')
    expect(writes()).toEqual([])
  } finally {
    for (const name of ['demo', 'eso']) await admin.delete(kinds.namespace, name)
  }
})

test('an admission policy of the site is seen through the dry run, also where the namespace is not there yet', async () => {
  const matchConstraints = {
    resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
  }
  const validations = [
    {
      expression: "object.spec.containers.all(c, c.image.startsWith('registry.bank/'))",
      message: 'not from our registry',
    },
  ]
  const metadata = { name: 'own-registry' }
  await admin.apply({ ...kinds.validatingPolicy, metadata, spec: { matchConstraints, validations } })
  const spec = { policyName: 'own-registry', validationActions: ['Deny'] }
  await admin.apply({ ...kinds.validatingPolicyBinding, metadata, spec })
  try {
    // The server takes a policy up a moment later.
    await expect
      .poll(async () => outcomes(await lookAt(world))['admission/eso'], { interval: 500, timeout: 20_000 })
      .toBe('fault')
    const { seen = '' } = checkOf(await lookAt(world), 'admission/eso') ?? {}
    expect(seen).toContain('tried in default instead')
    expect(seen).toContain('not from our registry')
  } finally {
    await admin.delete(kinds.validatingPolicyBinding, 'own-registry')
    await admin.delete(kinds.validatingPolicy, 'own-registry')
  }
})

test('so is a webhook that refuses without a code of its own; one that is down leaves a doubt', async () => {
  const { cert, key } = selfSigned('webhook')
  const hook = createServer({ cert, key }, async (incoming, answer) => {
    const { request } = JSON.parse(await text(incoming))
    const response = { uid: request.uid, allowed: false, status: { message: 'not from our registry' } }
    answer.setHeader('content-type', 'application/json')
    answer.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }))
  })
  await once(hook.listen(0, '127.0.0.1'), 'listening')
  const { port } = hook.address() as AddressInfo
  const webhook = {
    name: 'registry.bank.local',
    clientConfig: { url: `https://127.0.0.1:${port}/`, caBundle: Buffer.from(cert).toString('base64') },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
  }
  const put = (sideEffects: string) =>
    admin.apply({
      ...kinds.validatingWebhook,
      metadata: { name: 'registry' },
      webhooks: [{ ...webhook, sideEffects }],
    })
  const seen = async () => checkOf(await lookAt(world), 'admission/eso')
  try {
    await put('None')
    await expect.poll(async () => (await seen())?.result, { interval: 500, timeout: 20_000 }).toBe('fault')
    expect((await seen())?.seen).toContain('not from our registry')
    await put('NoneOnDryRun')
    expect((await seen())?.result).toBe('fault')
    hook.closeAllConnections()
    await new Promise(resolve => hook.close(resolve))
    await expect.poll(async () => (await seen())?.result, { interval: 500, timeout: 20_000 }).toBe('warning')
  } finally {
    await admin.delete(kinds.validatingWebhook, 'registry')
    hook.close()
  }
})

test('somebody without rights: what is missing is named, what may not be seen is not taken for well', async () => {
  const found = await lookAt(await throughApi(server.nobody))
  expect(outcomes(found)).toMatchObject({
    'cluster/reach': 'ok',
    'cluster/rights': 'fault',
    'node/state': 'not-looked-at',
    'present/installations': 'not-looked-at',
    'admission/demo': 'not-looked-at',
    'bundle/whole': 'ok',
  })
  expect(found.ok).toBe(false)
  expect(checkOf(found, 'cluster/rights')?.next).toContain('sealift rbac')
})
