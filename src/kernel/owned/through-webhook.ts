import { messageOf } from '../errors/index.ts'
import type { Cluster, Kind, KubernetesObject } from '../ports/index.ts'
import { type Patience, waitFor } from './wait.ts'

/** Changed on an object so that whoever watches it looks at it now, and not when its own time has come. */
export const lookAnnotation = 'sealift.dev/look'

const down = /failed calling webhook/

/** Whether an API server refused because it could not ask an admission webhook. */
export function isWebhookDown(error: unknown): boolean {
  return down.test(messageOf(error))
}

/** Applies an object that an admission webhook checks, again and again while the webhook is not up. */
export async function applyThroughWebhook(
  cluster: Cluster,
  object: KubernetesObject,
  patience: Patience,
): Promise<void> {
  let refusal: unknown
  const applied = await waitFor(patience, async () => {
    try {
      await cluster.apply(object)
      return true
    } catch (error) {
      if (!isWebhookDown(error)) throw error
      refusal = error
      return undefined
    }
  })
  if (applied === undefined) throw refusal
}

/** Deletes a cluster-wide object; false when an admission webhook that must be asked first is not up. @throws SealiftError CLUSTER_* */
export async function deleteUnlessDown(cluster: Cluster, kind: Kind, name: string): Promise<boolean> {
  try {
    await cluster.delete(kind, name)
    return true
  } catch (error) {
    if (isWebhookDown(error)) return false
    throw error
  }
}
