/** ESO's webhook waits for a certificate that the kubelet shows a running pod only when the pod changes. */
import { beforeEach, expect, test } from 'vitest'
import { kinds } from '../../../../../src/kernel/ports/index.ts'
import { showingCertificate } from '../../../../../src/site/wire/index.ts'
import { ManualClock } from '../../../../support/manual-clock.ts'
import { type MemoryCluster, memoryCluster } from '../../../../support/memory-cluster.ts'

let cluster: MemoryCluster
let clock: ManualClock
let helm: PromiseWithResolvers<string>
const namespace = 'external-secrets'

beforeEach(async () => {
  cluster = memoryCluster()
  clock = new ManualClock()
  helm = Promise.withResolvers()
  await cluster.apply({ ...kinds.namespace, metadata: { name: namespace } })
  await certificate(false)
  await pod('webhook', 'webhook-certificate', false)
  await cluster.apply({
    ...kinds.secret,
    metadata: { name: 'something-else', namespace },
    data: { 'tls.crt': '' },
  })
  await pod('controller', 'something-else', false)
})

function certificate(made: boolean) {
  const labels = { 'external-secrets.io/component': 'webhook' }
  const metadata = { name: 'webhook-certificate', namespace, labels }
  return cluster.apply({ ...kinds.secret, metadata, ...(made ? { data: { 'tls.crt': 'bWFkZQ==' } } : {}) })
}

function pod(name: string, secretName: string, ready: boolean, marks: object = {}) {
  const spec = {
    volumes: [
      { name: 'cache', emptyDir: {} },
      { name: 'certs', secret: { secretName } },
    ],
  }
  const status = { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] }
  // Not applied: its fields are not Sealift's.
  return cluster.create({ ...kinds.pod, metadata: { name, namespace, ...marks }, spec, status })
}

/** Another pod in the place of the webhook's. */
async function replaced({ ready = false, secretName = 'webhook-certificate', ...marks }) {
  await cluster.delete(kinds.pod, 'webhook', namespace)
  await pod('webhook', secretName, ready, marks)
}

/** The pods that were changed, so that the kubelet looks at them, with when. */
async function looked(): Promise<Record<string, string | undefined>> {
  const pods = await cluster.list(kinds.pod, namespace)
  const marks = pods.map(({ metadata }) => [metadata.name, metadata.annotations?.['sealift.dev/look']])
  return Object.fromEntries(marks.filter(([, mark]) => mark !== undefined))
}

const install = (signal?: AbortSignal) =>
  showingCertificate(cluster, namespace, { clock, ...(signal ? { signal } : {}) }, () => helm.promise)

test('once it is made, the pod that mounts it is changed, again and again until helm has what it waits for', async () => {
  const installing = install()
  await clock.advance(10)
  expect(await looked()).toEqual({})
  await certificate(true)
  await clock.advance(2)
  const first = await looked()
  expect(Object.keys(first)).toEqual(['webhook'])
  await clock.advance(2)
  const second = await looked()
  expect(second).not.toEqual(first)
  helm.resolve('deployed')
  expect(await installing).toBe('deployed')
  await clock.advance(10)
  expect(await looked()).toEqual(second)
})

test('it is changed within a second, and not more often than it takes a kubelet to look', async () => {
  await certificate(true)
  const installing = install()
  await clock.advance(1)
  const first = await looked()
  expect(Object.keys(first)).toEqual(['webhook'])
  await clock.advance(1)
  expect(await looked()).toEqual(first)
  await clock.advance(1)
  expect(await looked()).not.toEqual(first)
  helm.resolve('deployed')
  await installing
})

test('a pod in the place of another is changed at once', async () => {
  await certificate(true)
  const installing = install()
  await clock.advance(1)
  await replaced({})
  await clock.advance(1)
  expect(Object.keys(await looked())).toEqual(['webhook'])
  helm.resolve('deployed')
  await installing
})

test.each<[string, () => Promise<unknown>]>([
  ['is ready', () => replaced({ ready: true })],
  ['is on its way out', () => replaced({ deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['x'] })],
  ['mounts another Secret', () => replaced({ secretName: 'something-else' })],
])('a pod that %s is left alone', async (_, change) => {
  await certificate(true)
  await change()
  const installing = install()
  await clock.advance(10)
  expect(await looked()).toEqual({})
  helm.resolve('deployed')
  await installing
})

test('a call that fails is tried again', async () => {
  cluster.behaviour.denies = (_, { kind }) => kind === 'Pod'
  const installing = install()
  await certificate(true)
  await clock.advance(10)
  expect(await looked().catch(({ code }) => code)).toBe('CLUSTER_DENIED')
  cluster.behaviour.denies = () => false
  await clock.advance(2)
  expect(Object.keys(await looked())).toEqual(['webhook'])
  helm.resolve('deployed')
  await installing
})

test('where it may not be done, the install goes on and ends as helm does', async () => {
  cluster.behaviour.denies = (verb, { kind }) => verb === 'patch' && kind === 'Pod'
  const installing = install()
  await certificate(true)
  await clock.advance(10)
  const failed = new Error('pods are not ready')
  helm.reject(failed)
  await expect(installing).rejects.toBe(failed)
})

test('Ctrl-C ends it', async () => {
  const interrupted = new AbortController()
  const installing = install(interrupted.signal)
  interrupted.abort()
  await certificate(true)
  await clock.advance(10)
  expect(await looked()).toEqual({})
  helm.resolve('ended by helm itself')
  await installing
})
