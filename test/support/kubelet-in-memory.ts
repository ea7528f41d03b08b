/** Pods of a cluster in memory that come to a state as soon as they are made, as a kubelet would have it. */
import { type KubernetesObject, kinds } from '../../src/kernel/ports/index.ts'
import type { MemoryCluster } from './memory-cluster.ts'

/** A container that runs. */
export const running = { phase: 'Running', containerStatuses: [{ state: { running: {} } }] }
/** One that waits, and why. */
export const waiting = (reason: string, message: string) => ({
  phase: 'Pending',
  containerStatuses: [{ state: { waiting: { reason, message } } }],
})

/** Gives every pod that is made a status (`next` gives it), and notes it; what the cluster did before goes on. */
export async function runsPods(
  cluster: MemoryCluster,
  next: () => object = () => running,
): Promise<KubernetesObject[]> {
  const made: KubernetesObject[] = []
  const { react } = cluster.behaviour
  cluster.behaviour.react = async (object, within) => {
    if (object.kind === 'Pod' && object['status'] === undefined) {
      made.push(object)
      const { name, namespace = '' } = object.metadata
      await within.applyAs('kubelet', { ...kinds.pod, metadata: { name, namespace }, status: next() })
    } else await react(object, within)
  }
  const account = { name: 'default', namespace: 'sealift-system' }
  await cluster.apply({ ...kinds.serviceAccount, metadata: account })
  return made
}
