import type { LoadingWayName } from '../../../kernel/inputs/index.ts'
import type { SiteHost } from '../../../kernel/ports/index.ts'
import { workNodes } from '../nodes.ts'

/**
 * The way where nobody says one: this machine's containerd where it is the cluster's only node, else every node through
 * the cluster. @throws SealiftError CLUSTER_*
 */
export async function usualWay(
  host: Pick<SiteHost, 'runtime' | 'platform' | 'nodes'>,
): Promise<LoadingWayName> {
  return (await workNodes(host)).alone ? 'containerd' : 'cluster'
}
