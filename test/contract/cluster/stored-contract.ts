/** What every Cluster must do to store objects anew and to set a status; run against the memory cluster and a real API server. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Cluster } from '../../../src/kernel/ports/index.ts'

const configMap = { apiVersion: 'v1', kind: 'ConfigMap' }

/** Holds a cluster to the port; `open` gives one that is thrown away afterwards: its namespaces stay. */
export function storedContract(open: () => Cluster): void {
  let cluster: Cluster
  let namespace = ''
  let count = 0

  beforeEach(async () => {
    cluster = open()
    namespace = `stored-${process.pid}-${++count}`
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  })

  describe('rewrite', () => {
    it('of what is stored as it would be leaves the version as it is; what is not there is fine', async () => {
      const first = await cluster.apply({
        ...configMap,
        metadata: { name: 'anew', namespace },
        data: { a: '1' },
      })
      await cluster.rewrite(configMap, 'anew', namespace)
      expect(await cluster.get(configMap, 'anew', namespace)).toEqual(first)
      await cluster.rewrite(configMap, 'none', namespace)
      await cluster.rewrite({ apiVersion: 'none.dev/v1', kind: 'None' }, 'none')
    })
  })

  describe('patchStatus', () => {
    const ready = { conditions: [{ type: 'Ready', status: 'True' }] }

    it('sets what it names of the status alone, and of no other version', async () => {
      const spec = { containers: [{ name: 'a', image: 'none.dev/none' }] }
      await cluster.apply({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default', namespace },
      })
      const told = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'told', namespace } }
      const { resourceVersion } = (await cluster.create({ ...told, spec })).metadata
      const first = await cluster.patchStatus({
        ...told,
        metadata: { ...told.metadata, resourceVersion },
        spec: {},
        status: { message: 'a' },
      })
      expect(first).toMatchObject({ spec, status: { message: 'a' } })
      await cluster.patchStatus({ ...told, status: ready })
      const now = await cluster.get(told, 'told', namespace)
      expect(now).toMatchObject({ spec, status: { message: 'a', ...ready } })
      const late = { ...told, metadata: { ...told.metadata, resourceVersion }, status: { message: 'b' } }
      await expect(cluster.patchStatus(late)).rejects.toMatchObject({ code: 'CLUSTER_FAILED' })
    })

    it('fails for what is not there', async () => {
      const none = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'none', namespace }, status: ready }
      await expect(cluster.patchStatus(none)).rejects.toMatchObject({ code: 'CLUSTER_FAILED' })
    })
  })
}
