import { type Counts, countsIn } from '../objects/index.ts'
import type { KubernetesObject } from '../ports/index.ts'

/** Why a live Deployment, StatefulSet or DaemonSet is not up in its newest form, in a few words; nothing when it is. */
export function unready(live: KubernetesObject): string | undefined {
  const { kind, metadata } = live
  const status = countsIn(live['status'])
  const counted = countsOf(kind, live, status)
  if (counted === undefined) return undefined
  const { wanted, updated, available } = counted
  const seen = (status['observedGeneration'] ?? 0) >= Number(metadata['generation'] ?? 0)
  if (seen && updated >= wanted && available >= wanted) return undefined
  return `${kind} ${metadata.name}: ${Math.min(updated, available)} of ${wanted} pods ready`
}

function countsOf(kind: string, live: KubernetesObject, status: Counts) {
  if (kind === 'DaemonSet') {
    const { desiredNumberScheduled = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status
    return { wanted: desiredNumberScheduled, updated: updatedNumberScheduled, available: numberAvailable }
  }
  if (kind !== 'Deployment' && kind !== 'StatefulSet') return undefined
  const { replicas = 1 } = countsIn(live['spec'])
  const { updatedReplicas = 0, availableReplicas = 0 } = status
  return { wanted: replicas, updated: updatedReplicas, available: availableReplicas }
}
