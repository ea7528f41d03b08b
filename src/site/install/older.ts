import { isManaged, siteOf, systemNamespace } from '../../kernel/access/index.ts'
import { type Cluster, isTerminating, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { claimNamespace, markedFor } from '../wire/index.ts'
import { namespacesMade } from './journal.ts'
import { installedBundle, recordedNamespaces } from './receipt.ts'

/**
 * The namespaces that an older Sealift has claimed, one that marked none with its site: by its receipt, or by its journal
 * where it came to no end. None once {@link markOlder} is through, for whoever made one of their names since was not it.
 * @throws SealiftError CLUSTER_*
 */
async function olderNamespaces(cluster: Cluster): Promise<ReadonlySet<string>> {
  if (!(await areOlder(cluster))) return new Set()
  return new Set([...(await recordedNamespaces(cluster)), ...(await namespacesMade(cluster))])
}

/**
 * Whether keys in a namespace are an older Sealift's: it has claimed that one, or was removed before its first install
 * came to an end, of which a record stays that names none. @throws SealiftError CLUSTER_*
 */
export async function haveOlderKeys(cluster: Cluster, namespace: string): Promise<boolean> {
  if ((await olderNamespaces(cluster)).has(namespace)) return true
  return (await areOlder(cluster)) && (await installedBundle(cluster))?.removed !== undefined
}

/** Whether Sealift's records are of one that marked no namespaces. */
async function areOlder(cluster: Cluster): Promise<boolean> {
  const records = await cluster.get(kinds.namespace, systemNamespace)
  return isManaged(records) && siteOf(records) === undefined
}

/**
 * Gives the namespaces of an older Sealift the mark of the site, its own last: what shows whose they are may go before
 * they do. `own` is that one as it is applied. Tells whether there were any. @throws SealiftError CLUSTER_*
 */
export async function markOlder(cluster: Cluster, site: string, own: KubernetesObject): Promise<boolean> {
  const older = await olderNamespaces(cluster)
  if (older.size === 0) return false
  for (const name of older) {
    const found = await cluster.get(kinds.namespace, name)
    if (isManaged(found) && !isTerminating(found)) await claimNamespace(cluster, name, site, true)
  }
  if (!isTerminating(await cluster.get(kinds.namespace, systemNamespace)))
    await cluster.apply(markedFor(site, own))
  return true
}
