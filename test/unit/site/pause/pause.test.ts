import { expect, test } from 'vitest'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { environmentAnnotation } from '../../../../src/kernel/server-variables/index.ts'
import { pauseInfisical, resumeInfisical, stopInfisical } from '../../../../src/site/pause/index.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { memoryCluster } from '../../../support/memory-cluster.ts'

const metadata = { name: 'infisical', namespace: 'default' }
const labels = { app: 'infisical' }
const ofHelm = (image: string, replicas?: number) => ({
  ...kinds.deployment,
  metadata,
  spec: {
    ...(replicas === undefined ? {} : { replicas }),
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'infisical', image }] } },
  },
})
const ofSealift = {
  ...kinds.deployment,
  metadata,
  spec: { template: { metadata: { annotations: { [environmentAnnotation]: 'sha256:1' } } } },
}
const watch = { signal: new AbortController().signal, say: () => {} }

async function running(replicas?: number) {
  const [cluster, clock] = [memoryCluster(), new ManualClock()]
  // Pods come and go at once.
  cluster.behaviour.react = async (object, cluster) => {
    if (object.kind !== 'Deployment') return
    const { replicas = 1 } = object['spec'] as { replicas?: number }
    if ((object['status'] as { replicas?: number } | undefined)?.replicas === replicas) return
    const status = { replicas, updatedReplicas: replicas, availableReplicas: replicas }
    await cluster.applyAs('controller', { ...kinds.deployment, metadata: object.metadata, status })
  }
  await cluster.applyAs('helm', ofHelm('infisical:1', replicas))
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'sealift-system' } })
  await cluster.apply({ ...kinds.secret, metadata: { ...metadata, name: 'infisical-secrets' } })
  await cluster.apply(ofSealift)
  const spec = async () => {
    const found = await cluster.get(kinds.deployment, 'infisical', 'default')
    return (found as KubernetesObject)['spec'] as { replicas?: number; template: object }
  }
  return { cluster, host: { cluster, clock }, spec }
}

test.each([undefined, 1, 3])('with %s pods asked for, as many are there after a pause', async replicas => {
  const { cluster, host, spec } = await running(replicas)
  await pauseInfisical(host, 'default', watch)
  expect((await spec()).replicas).toBe(0)
  // A run that was killed is run again.
  await pauseInfisical(host, 'default', watch)
  await resumeInfisical(host, 'default', watch)
  expect((await spec()).replicas).toBe(replicas ?? 1)
  expect(await cluster.get(kinds.configMap, 'sealift-restore', 'sealift-system')).toBeUndefined()
})

test.each(['1e9', '101', '-1', '1.5', 'many', ''])('a note of %j pods starts one', async replicas => {
  const { cluster, host, spec } = await running(0)
  const metadata = { name: 'sealift-restore', namespace: 'sealift-system' }
  await cluster.apply({ ...kinds.configMap, metadata, data: { replicas } })
  await resumeInfisical(host, 'default', watch)
  expect((await spec()).replicas).toBe(1)
})

test('nothing of the Deployment but the number of its pods is touched, and everybody keeps what they have set', async () => {
  const { cluster, host, spec } = await running(2)
  const { template } = await spec()
  await stopInfisical(host, 'default', watch)
  expect(await spec()).toEqual({ ...ofHelm('infisical:1', 0).spec, template })
  // What Sealift applies next does not start the pods, and does not drop what it said of them before.
  await cluster.apply(ofSealift)
  expect((await spec()).replicas).toBe(0)
  await cluster.applyAs('helm', ofHelm('infisical:2', 2))
  expect(await spec()).toMatchObject({
    replicas: 2,
    template: {
      metadata: { annotations: { [environmentAnnotation]: 'sha256:1' } },
      spec: { containers: [{ image: 'infisical:2' }] },
    },
  })
})

test('where nothing is installed, nothing is paused, and nothing can go on', async () => {
  const [cluster, clock] = [memoryCluster(), new ManualClock()]
  await pauseInfisical({ cluster, clock }, 'default', watch)
  expect(cluster.objects().filter(({ kind }) => kind !== 'Namespace')).toEqual([])
  await expect(resumeInfisical({ cluster, clock }, 'default', watch)).rejects.toMatchObject({
    code: 'NOT_INSTALLED',
  })
})
