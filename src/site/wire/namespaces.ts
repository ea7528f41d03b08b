import { type Cluster, isTerminating, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { ensure } from './ensure.ts'
import { isManaged, managed } from './managed.ts'

/** Annotation of a namespace that was there before Sealift came: what else is in it may be someone's. */
const before = 'sealift.dev/was-there-before'

/** Annotation of every namespace of ours: the site's name, so that the cluster knows whose it is. */
const ofSite = 'sealift.dev/site'

/** Whether a namespace was there before Sealift came, and stays when it goes. */
export function stays(namespace: KubernetesObject | undefined): boolean {
  return namespace?.metadata.annotations?.[before] !== undefined
}

/** The site that a namespace of ours is of; nothing for one that is not ours, or older than this mark. */
export function siteOf(namespace: KubernetesObject | undefined): string | undefined {
  return isManaged(namespace) ? namespace?.metadata.annotations?.[ofSite] : undefined
}

/** A namespace with the mark of its site. */
export function markedFor(site: string, namespace: KubernetesObject): KubernetesObject {
  const annotations = { ...namespace.metadata.annotations, [ofSite]: site }
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
