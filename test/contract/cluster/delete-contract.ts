/** What every Cluster must do to delete objects; run against the memory cluster and a real API server. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Cluster, KubernetesObject } from '../../../src/kernel/ports/index.ts'

const configMap = { apiVersion: 'v1', kind: 'ConfigMap' }
const namespaceKind = { apiVersion: 'v1', kind: 'Namespace' }

/** Holds a cluster to the port; `open` gives one that is thrown away afterwards: its namespaces stay. */
export function deleteContract(open: () => Cluster): void {
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
    namespace = `delete-${process.pid}-${++count}`
    await cluster.apply({ ...namespaceKind, metadata: { name: namespace } })
  })

  describe('delete', () => {
    it('is over when the object is gone, and again when it is not there', async () => {
      await cluster.apply(map('gone', {}))
      await cluster.delete(configMap, 'gone', namespace)
      expect(await cluster.get(configMap, 'gone', namespace)).toBeUndefined()
      await cluster.delete(configMap, 'gone', namespace)
      await cluster.delete({ apiVersion: 'none.dev/v1', kind: 'None' }, 'gone', namespace)
    })

    it('takes a namespace’s content with it', async () => {
      const name = `${namespace}-full`
      await cluster.apply({ ...namespaceKind, metadata: { name } })
      await cluster.apply({ ...configMap, metadata: { name: 'a', namespace: name } })
      await cluster.delete(namespaceKind, name)
      expect(await cluster.get(configMap, 'a', name)).toBeUndefined()
      expect(await cluster.get(namespaceKind, name)).toBeUndefined()
    })

    it('names the finalizer that holds an object', async () => {
      await cluster.apply(map('held', {}, { finalizers: ['test.sealift.dev/hold'] }))
      await expect(cluster.delete(configMap, 'held', namespace, 1)).rejects.toMatchObject({
        code: 'CLUSTER_FAILED',
        message: expect.stringContaining('test.sealift.dev/hold'),
      })
      await cluster.apply(map('held', {}))
      await cluster.delete(configMap, 'held', namespace)
      expect(await cluster.get(configMap, 'held', namespace)).toBeUndefined()
    })

    it('takes off one finalizer that somebody else has put on, and lets go what it was the last of', async () => {
      const both = ['test.sealift.dev/hold', 'test.sealift.dev/more']
      const held = await cluster.create(map('held', { a: '1' }, { finalizers: both }))
      await cluster.releaseFinalizer(held, 'test.sealift.dev/hold')
      const { metadata, data } = (await cluster.get(configMap, 'held', namespace)) ?? held
      expect([metadata['finalizers'], data]).toEqual([['test.sealift.dev/more'], { a: '1' }])
      await cluster.releaseFinalizer(held, 'test.sealift.dev/hold')
      await expect(cluster.delete(configMap, 'held', namespace, 1)).rejects.toThrow('test.sealift.dev/more')
      await cluster.releaseFinalizer(held, 'test.sealift.dev/more')
      expect(await cluster.get(configMap, 'held', namespace)).toBeUndefined()
      await cluster.releaseFinalizer(held, 'test.sealift.dev/more')
    })
  })
}
