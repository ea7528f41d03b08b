import { isManaged, managed, siteMark, siteOf } from '../../kernel/access/index.ts'
import { type Cluster, isTerminating, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { ensure } from './ensure.ts'

/** Annotation of a namespace that was there before Sealift came: what else is in it may be someone's. */
const before = 'sealift.dev/was-there-before'

/** Whether a namespace was there before Sealift came, and stays when it goes. */
export function stays(namespace: KubernetesObject | undefined): boolean {
  return namespace?.metadata.annotations?.[before] !== undefined
}

/** A namespace with the mark of its site. */
export function markedFor(site: string, namespace: KubernetesObject): KubernetesObject {
  const annotations = { ...namespace.metadata.annotations, [siteMark]: site }
  return { ...namespace, metadata: { ...namespace.metadata, annotations } }
}

/**
 * Makes a namespace, or takes over one that is there, and remembers which of the two. One that is being deleted is
 * waited for and made anew. `older` says that an older Sealift, which marked none, is on record as having claimed it.
 * Tells whether anything changed. @throws SealiftError CLUSTER_*
 */
export async function claimNamespace(
  cluster: Cluster,
  name: string,
  site: string,
  older = false,
): Promise<boolean> {
  const found = await cluster.get(kinds.namespace, name)
  // Our label alone may be anybody's, copied along with something else.
  const ours = siteOf(found) !== undefined || (older && isManaged(found))
  const theirs = found !== undefined && !isTerminating(found) && (!ours || stays(found))
  const metadata = { name, labels: managed, ...(theirs ? { annotations: { [before]: 'true' } } : {}) }
  return ensure(cluster, markedFor(site, { ...kinds.namespace, metadata }))
}

/** Takes Sealift's Secrets and label out of a namespace that stays. @throws SealiftError CLUSTER_* */
export async function leaveNamespace(cluster: Cluster, name: string): Promise<void> {
  for (const secret of await cluster.list(kinds.secret, name))
    if (isManaged(secret)) await cluster.delete(kinds.secret, secret.metadata.name, name)
  await cluster.apply({ ...kinds.namespace, metadata: { name } })
}
