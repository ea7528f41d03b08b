import { describe, expect, it } from 'vitest'
import { memoryCluster } from '../../support/memory-cluster.ts'
import { clusterContract } from './contract.ts'
import { deleteContract } from './delete-contract.ts'
import { scaleContract } from './scale.ts'
import { storedContract } from './stored-contract.ts'

describe('the memory cluster', () => {
  const cluster = memoryCluster()
  clusterContract(() => cluster)
  deleteContract(() => cluster)
  storedContract(() => cluster)
  scaleContract(() => cluster)

  it('denies what the test says', async () => {
    const denying = memoryCluster({ denies: (verb, { kind }) => verb === 'get' && kind === 'Secret' })
    await expect(denying.get({ apiVersion: 'v1', kind: 'Secret' }, 'a', 'b')).rejects.toMatchObject({
      code: 'CLUSTER_DENIED',
    })
  })

  it('lets a controller of the test answer an object', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret' }
    const reacting = memoryCluster({
      async react(object, self) {
        if (object.kind === 'ConfigMap')
          await self.apply({ ...secret, metadata: { name: object.metadata.name } })
      },
    })
    await reacting.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } })
    expect(await reacting.get(secret, 'a')).toMatchObject({ metadata: { name: 'a', namespace: 'default' } })
  })
})
