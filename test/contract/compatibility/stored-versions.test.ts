/** Versions that objects are stored in, on a real API server: what it refuses, and that they are stored anew. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCluster } from '../../../src/adapters/cluster/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../../src/kernel/ports/index.ts'
import { canStoreAnew, cleanStoredVersions, lostVersions } from '../../../src/site/compatibility/index.ts'
import { type ApiServer, startApiServer } from '../../support/apiserver.ts'

let server: ApiServer
let cluster: Cluster
beforeAll(async () => {
  server = await startApiServer()
  cluster = createCluster({ kubeconfig: server.kubeconfig, environment: {} })
})
afterAll(() => server?.stop())

const name = 'gadgets.stored.sealift.dev'
const schema = {
  openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
}

/** The definition with versions; the last one is that in which objects are stored. */
const definition = (...versions: readonly string[]): KubernetesObject => ({
  ...kinds.crd,
  metadata: { name },
  spec: {
    group: 'stored.sealift.dev',
    scope: 'Namespaced',
    names: { kind: 'Gadget', plural: 'gadgets', singular: 'gadget', listKind: 'GadgetList' },
    versions: versions.map(version => ({
      name: version,
      served: true,
      storage: version === versions.at(-1),
      schema,
    })),
  },
})
const gadget = (version: string, title: string): KubernetesObject => ({
  apiVersion: `stored.sealift.dev/${version}`,
  kind: 'Gadget',
  metadata: { name: title, namespace: 'default' },
  spec: { of: title },
})
const live = async () => {
  const crd = await cluster.get(kinds.crd, name)
  if (crd === undefined) throw new Error('the definition is gone')
  return crd
}

test('a version that objects are stored in cannot go, until they are stored anew', async () => {
  await cluster.apply(definition('v1beta1'))
  for (const title of ['a', 'b']) await cluster.apply(gadget('v1beta1', title))
  await cluster.apply(definition('v1beta1', 'v1'))
  await cluster.apply(gadget('v1', 'c'))
  const next = definition('v1')
  expect((await live())['status']).toMatchObject({ storedVersions: ['v1beta1', 'v1'] })
  expect([lostVersions(await live(), next), canStoreAnew(await live(), next)]).toEqual([['v1beta1'], true])
  await expect(cluster.preview(next, 'sealift')).rejects.toMatchObject({
    code: 'CLUSTER_FAILED',
    message: expect.stringContaining('storedVersions'),
  })
  const versions = async () => {
    const found = await cluster.list({ apiVersion: 'stored.sealift.dev/v1', kind: 'Gadget' })
    return found.map(({ metadata }) => metadata['resourceVersion'])
  }
  const before = await versions()
  expect(await cleanStoredVersions(cluster, await live())).toBe(3)
  const after = await versions()
  // What is stored in that version already is not written.
  expect(after.map((version, i) => version === before[i])).toEqual([false, false, true])
  expect((await live())['status']).toMatchObject({ storedVersions: ['v1'] })
  await cluster.apply(next)
  const found = await cluster.list({ apiVersion: 'stored.sealift.dev/v1', kind: 'Gadget' })
  expect(found.map(object => object['spec'])).toEqual([{ of: 'a' }, { of: 'b' }, { of: 'c' }])
})

test('a definition that was written meanwhile is not said to be done', async () => {
  await cluster.delete(kinds.crd, name)
  await cluster.apply(definition('v1beta1', 'v1'))
  const early = await live()
  await cluster.apply({ ...definition('v1beta1', 'v1'), metadata: { name, labels: { another: 'writer' } } })
  await expect(cleanStoredVersions(cluster, early)).rejects.toMatchObject({ code: 'CLUSTER_FAILED' })
})
