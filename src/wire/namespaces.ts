import { type Cluster, type KubernetesObject, kinds } from '../ports/index.ts'
import { isManaged, managed } from './managed.ts'

/** Annotation of a namespace that was there before Sealift came: what else is in it may be someone's. */
const before = 'sealift.dev/was-there-before'

/** Whether a namespace stays when Sealift goes. */
export function stays(namespace: KubernetesObject | undefined): boolean {
  return namespace?.metadata.annotations?.[before] !== undefined
}

/** Makes a namespace, or takes over one that is there, and remembers which of the two. @throws SealiftError CLUSTER_* */
export async function claimNamespace(cluster: Cluster, name: string): Promise<void> {
  const found = await cluster.get(kinds.namespace, name)
  const theirs = found !== undefined && (!isManaged(found) || stays(found))
  const metadata = { name, labels: managed, ...(theirs ? { annotations: { [before]: 'true' } } : {}) }
  await cluster.apply({ ...kinds.namespace, metadata })
}

/** Takes Sealift's Secrets and label out of a namespace that stays. @throws SealiftError CLUSTER_* */
export async function leaveNamespace(cluster: Cluster, name: string): Promise<void> {
  for (const secret of await cluster.list(kinds.secret, name))
    if (isManaged(secret)) await cluster.delete(kinds.secret, secret.metadata.name, name)
  await cluster.apply({ ...kinds.namespace, metadata: { name } })
}
