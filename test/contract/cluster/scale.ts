/** How every Cluster scales a Deployment; run against the memory cluster and a real API server. */
import { describe, expect, it } from 'vitest'
import { type Cluster, type KubernetesObject, kinds } from '../../../src/kernel/ports/index.ts'

/** Holds a cluster to `scale`; `open` gives one that is thrown away afterwards. */
export function scaleContract(open: () => Cluster): void {
  describe('scale', () => {
    const metadata = { name: 'web', namespace: 'scaled' }
    const labels = { app: 'web' }
    const pods = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } }
    const applied = (annotations?: Record<string, string>): KubernetesObject => ({
      ...kinds.deployment,
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: annotations ? { ...pods, metadata: { labels, annotations } } : pods,
      },
    })

    it('says how many pods there are to be, and an apply that does not name them leaves that', async () => {
      const cluster = open()
      await cluster.apply({ ...kinds.namespace, metadata: { name: 'scaled' } })
      await cluster.apply(applied())
      for (const wanted of [0, 3]) {
        await cluster.scale('scaled', 'web', wanted)
        const annotations = { wanted: String(wanted) }
        await cluster.apply(applied(annotations))
        expect(await cluster.get(kinds.deployment, 'web', 'scaled')).toMatchObject({
          spec: { replicas: wanted, template: { metadata: { annotations } } },
        })
      }
    })

    it('leaves all other fields to whoever has applied them', async () => {
      const cluster = open()
      await cluster.apply({ ...kinds.namespace, metadata: { name: 'scaled' } })
      await cluster.apply(applied({ mark: 'of Sealift' }))
      await cluster.scale('scaled', 'web', 0)
      const template = async () => {
        const found = (await cluster.get(kinds.deployment, 'web', 'scaled')) ?? applied()
        return (found['spec'] as { template: { metadata: { annotations?: object } } }).template
      }
      expect((await template()).metadata.annotations).toEqual({ mark: 'of Sealift' })
      // It is Sealift's still: what it does not say again is gone.
      await cluster.apply(applied())
      expect((await template()).metadata.annotations).toBeUndefined()
    })

    it('fails for a Deployment that is not there', async () => {
      await expect(open().scale('default', 'no-such', 1)).rejects.toMatchObject({ code: 'CLUSTER_FAILED' })
    })
  })
}
