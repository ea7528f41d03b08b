/** What every Cluster must do; run against the memory cluster and a real API server. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Cluster, KubernetesObject } from '../../../src/kernel/ports/index.ts'

const configMap = { apiVersion: 'v1', kind: 'ConfigMap' }
const namespaceKind = { apiVersion: 'v1', kind: 'Namespace' }
const widget = { apiVersion: 'test.sealift.dev/v1', kind: 'Widget' }
const crdKind = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }

const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

/** A CRD whose schema carries descriptions of about `size` bytes. */
function crd(size: number): KubernetesObject {
  const properties = Object.fromEntries(
    Array.from({ length: Math.ceil(size / 2000) }, (_, i) => [
      `field${i}`,
      { type: 'string', description: 'x'.repeat(2000) },
    ]),
  )
  return {
    ...crdKind,
    metadata: { name: 'widgets.test.sealift.dev' },
    spec: {
      group: 'test.sealift.dev',
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { ...schema, properties: { spec: { ...schema, properties } } } },
        },
      ],
    },
  }
}

/** Holds a cluster to the port; `open` gives one that is thrown away afterwards: its namespaces stay. */
export function clusterContract(open: () => Cluster): void {
  let cluster: Cluster
  let namespace = ''
  let count = 0

  const map = (name: string, data: Record<string, string>, metadata = {}): KubernetesObject => ({
    ...configMap,
    metadata: { name, namespace, ...metadata },
    data,
  })

  beforeEach(async () => {
    cluster = open()
    namespace = `contract-${process.pid}-${++count}`
    await cluster.apply({ ...namespaceKind, metadata: { name: namespace } })
  })

  it('tells its version', async () => {
    expect((await cluster.info()).version).toMatch(/^v1\.\d+\.\d+/)
  })

  describe('get', () => {
    it('gives what was applied, with its kind', async () => {
      await cluster.apply(map('one', { a: '1' }))
      const got = await cluster.get(configMap, 'one', namespace)
      expect(got).toMatchObject({ ...configMap, metadata: { name: 'one', namespace }, data: { a: '1' } })
    })

    it('gives undefined for what is not there, in a namespace that is not there, of a kind that is not there', async () => {
      expect(await cluster.get(configMap, 'none', namespace)).toBeUndefined()
      expect(await cluster.get(configMap, 'none', `${namespace}-none`)).toBeUndefined()
      expect(
        await cluster.get({ apiVersion: 'none.dev/v1', kind: 'None' }, 'none', namespace),
      ).toBeUndefined()
    })

    it('finds an object without a namespace in default', async () => {
      const name = `${namespace}-default`
      await cluster.apply({ ...configMap, metadata: { name }, data: {} })
      expect(await cluster.get(configMap, name, 'default')).toBeDefined()
      await cluster.delete(configMap, name)
      expect(await cluster.get(configMap, name)).toBeUndefined()
    })
  })

  it('says which kinds the cluster has', async () => {
    const none = { apiVersion: 'none.dev/v1', kind: 'None' }
    const policies = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' }
    const asked = [configMap, policies, none, { ...policies, kind: 'None' }]
    expect(await Promise.all(asked.map(kind => cluster.serves(kind)))).toEqual([true, true, false, false])
  })

  describe('list', () => {
    it('gives the objects of a namespace, each with its kind', async () => {
      await cluster.apply(map('b', {}))
      await cluster.apply(map('a', {}))
      const listed = await cluster.list(configMap, namespace)
      const names = listed.map(({ metadata }) => metadata.name).filter(name => name !== 'kube-root-ca.crt')
      expect(names).toEqual(['a', 'b'])
      expect(listed.every(({ kind, apiVersion }) => kind === 'ConfigMap' && apiVersion === 'v1')).toBe(true)
    })

    it('selects by labels', async () => {
      await cluster.apply(map('a', {}, { labels: { app: 'x', tier: 'web' } }))
      await cluster.apply(map('b', {}, { labels: { app: 'x', tier: 'db' } }))
      await cluster.apply(map('c', {}, { labels: { app: 'y' } }))
      const select = async (selector: string) =>
        (await cluster.list(configMap, namespace, selector)).map(({ metadata }) => metadata.name)
      expect(await select('app=x')).toEqual(['a', 'b'])
      expect(await select('app=x,tier!=web')).toEqual(['b'])
      expect(await select('tier')).toEqual(['a', 'b'])
      expect(await select('app in (y,z)')).toEqual(['c'])
    })

    it('spans namespaces when none is given', async () => {
      await cluster.apply(map('wide', {}, { labels: { test: namespace } }))
      const found = await cluster.list(configMap, undefined, `test=${namespace}`)
      expect(found.map(({ metadata }) => metadata.namespace)).toEqual([namespace])
    })

    it('gives nothing for a kind that is not there', async () => {
      expect(await cluster.list({ apiVersion: 'none.dev/v1', kind: 'None' }, namespace)).toEqual([])
    })
  })

  describe('apply', () => {
    it('takes away what it no longer says, and leaves what others said', async () => {
      await cluster.create(map('shared', { theirs: '1' }))
      await cluster.apply(map('shared', { ours: '1', dropped: '1' }))
      const stored = await cluster.apply(map('shared', { ours: '2' }))
      expect(stored['data']).toEqual({ theirs: '1', ours: '2' })
    })

    it('takes away a mapping with the last of what was in it', async () => {
      await cluster.apply(map('emptied', { a: '1' }, { annotations: { note: 'x' } }))
      const { data: _, ...without } = map('emptied', {})
      const stored = await cluster.apply(without)
      expect([stored['data'], stored.metadata.annotations]).toEqual([undefined, undefined])
    })

    it('takes over what is in conflict', async () => {
      await cluster.create(map('conflict', { a: 'theirs' }))
      expect((await cluster.apply(map('conflict', { a: 'ours' })))['data']).toEqual({ a: 'ours' })
    })

    it('keeps the object’s identity', async () => {
      const first = await cluster.apply(map('same', { a: '1' }))
      const second = await cluster.apply(map('same', { a: '2' }))
      expect(second.metadata['uid']).toBe(first.metadata['uid'])
      expect(second.metadata['resourceVersion']).not.toBe(first.metadata['resourceVersion'])
    })

    it('that changes nothing leaves the version as it is', async () => {
      const first = await cluster.apply(map('still', { a: '1' }, { labels: { app: 'x' } }))
      const again = await cluster.apply(map('still', { a: '1' }, { labels: { app: 'x' } }))
      expect(again.metadata['resourceVersion']).toBe(first.metadata['resourceVersion'])
    })

    it('of a version fails when the object has been written since; what is gone is made anew', async () => {
      const first = await cluster.apply(map('versioned', { a: '1' }))
      const resourceVersion = first.metadata['resourceVersion'] as string
      const second = await cluster.apply(map('versioned', { a: '2' }, { resourceVersion }))
      expect(second['data']).toEqual({ a: '2' })
      const late = map('versioned', { a: '3' }, { resourceVersion })
      await expect(cluster.apply(late)).rejects.toMatchObject({ code: 'CLUSTER_FAILED' })
      expect((await cluster.get(configMap, 'versioned', namespace))?.['data']).toEqual({ a: '2' })
      await cluster.delete(configMap, 'versioned', namespace)
      expect((await cluster.apply(late))['data']).toEqual({ a: '3' })
    })

    it('fails in a namespace that is not there', async () => {
      const lost = { ...configMap, metadata: { name: 'a', namespace: `${namespace}-none` } }
      await expect(cluster.apply(lost)).rejects.toMatchObject({
        code: 'CLUSTER_FAILED',
        message: expect.stringContaining(`namespaces "${namespace}-none" not found`),
      })
    })

    it('fails for a kind that the cluster does not know', async () => {
      const unknown = { apiVersion: 'none.dev/v1', kind: 'None', metadata: { name: 'a', namespace } }
      await expect(cluster.apply(unknown)).rejects.toMatchObject({
        code: 'CLUSTER_FAILED',
        message: expect.stringContaining('does not know the kind None of none.dev/v1'),
      })
    })

    it('takes a large CRD, and at once an object of it', async () => {
      const large = crd(690_000)
      expect(JSON.stringify(large).length).toBeGreaterThan(690_000)
      expect(await cluster.list(widget, namespace)).toEqual([])
      await cluster.apply(large)
      await cluster.apply(large)
      const made = {
        ...widget,
        metadata: { name: 'w', namespace },
        spec: { deep: { list: [1, { a: null }] } },
      }
      await cluster.apply(made)
      expect((await cluster.get(widget, 'w', namespace))?.['spec']).toEqual({
        deep: { list: [1, { a: null }] },
      })
      await cluster.delete(widget, 'w', namespace)
      await cluster.delete(crdKind, large.metadata.name)
    })
  })

  describe('preview', () => {
    it('gives what an apply would make, and stores nothing', async () => {
      await cluster.create(map('seen', { theirs: '1' }))
      const seen = await cluster.preview(map('seen', { ours: '1' }), 'helm')
      expect(seen['data']).toEqual({ theirs: '1', ours: '1' })
      expect((await cluster.get(configMap, 'seen', namespace))?.['data']).toEqual({ theirs: '1' })
    })

    it('puts an object without a namespace where it is told to', async () => {
      const seen = await cluster.preview({ ...configMap, metadata: { name: 'placed' } }, 'helm', namespace)
      expect(seen.metadata.namespace).toBe(namespace)
    })

    it('of what is not there makes nothing', async () => {
      expect((await cluster.preview(map('unmade', { a: '1' }), 'helm'))['data']).toEqual({ a: '1' })
      expect(await cluster.get(configMap, 'unmade', namespace)).toBeUndefined()
    })

    it('fails in a namespace that is not there', async () => {
      const lost = { ...configMap, metadata: { name: 'a', namespace: `${namespace}-none` } }
      await expect(cluster.preview(lost, 'helm')).rejects.toMatchObject({ code: 'CLUSTER_FAILED' })
    })
  })

  describe('create', () => {
    it('makes an object once', async () => {
      await cluster.create(map('once', { a: '1' }))
      await expect(cluster.create(map('once', { a: '2' }))).rejects.toMatchObject({
        code: 'CLUSTER_FAILED',
        message: expect.stringContaining('already exists'),
      })
      expect((await cluster.get(configMap, 'once', namespace))?.['data']).toEqual({ a: '1' })
    })

    it('lets one of many win', async () => {
      const tries = Array.from({ length: 8 }, (_, i) => cluster.create(map('race', { winner: String(i) })))
      const outcomes = await Promise.allSettled(tries)
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    })
  })

  describe('logs', () => {
    it('are empty of a run that has not begun, and fail for a container or a pod that is not there', async () => {
      await cluster.apply({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default', namespace },
      })
      const spec = { containers: [{ name: 'main', image: 'none.dev/none' }], nodeSelector: { none: 'none' } }
      await cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'waits', namespace }, spec })
      for (const run of ['present', 'previous'] as const) {
        expect(await cluster.logs(namespace, 'waits', 'main', 5, run)).toBe('')
        const place = { namespace, pod: 'waits', container: 'main' }
        expect(await cluster.timedLog(place, run, 1000, new Date(0))).toBe('')
        await expect(cluster.timedLog({ ...place, pod: 'none' }, run, 1000)).rejects.toMatchObject({
          code: 'CLUSTER_FAILED',
        })
        for (const [pod, container] of [
          ['waits', 'none'],
          ['none', 'main'],
        ] as const)
          await expect(cluster.logs(namespace, pod, container, 5, run)).rejects.toMatchObject({
            code: 'CLUSTER_FAILED',
          })
      }
    })
  })
}
