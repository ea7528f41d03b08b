import type { Cluster } from '../../kernel/ports/index.ts'
import { recordedSite, refuseForeignRecords } from './foreign.ts'
import { refuseOtherSite } from './order.ts'
import { infisicalNamespace } from './where-infisical.ts'

/**
 * Makes sure that the records on a cluster are Sealift's own, and of a site, where there are any. Gives Infisical's
 * namespace, where it is installed. @throws SealiftError FOREIGN_INSTALL, CLUSTER_*
 */
export async function requireOwnRecords(cluster: Cluster, site: string): Promise<string | undefined> {
  const namespace = await infisicalNamespace(cluster)
  await refuseForeignRecords(cluster)
  refuseOtherSite(await recordedSite(cluster, namespace === undefined ? [] : [namespace]), site)
  return namespace
}
