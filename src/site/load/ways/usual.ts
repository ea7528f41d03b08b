import type { LoadingWayName } from '../../../kernel/inputs/index.ts'
import type { SiteHost } from '../../../kernel/ports/index.ts'

/**
 * The way where nobody says one: this machine's containerd where it is the cluster's only node, else every node through
 * the cluster. @throws SealiftError CLUSTER_*
 */
export async function usualWay({
  runtime,
  nodes,
}: Pick<SiteHost, 'runtime' | 'nodes'>): Promise<LoadingWayName> {
  const found = (await nodes()).nodes
  const own = found.length < 2 && found[0]?.local !== false
  return runtime !== undefined && own ? 'containerd' : 'cluster'
}
