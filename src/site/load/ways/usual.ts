import type { LoadingWayName, Site } from '../../../kernel/inputs/index.ts'
import type { SiteHost } from '../../../kernel/ports/index.ts'
import { workNodes } from '../nodes.ts'

/**
 * The way that images take: the one that was asked for, else site.yaml's; where nobody says one, this machine's containerd
 * where it is the cluster's only node, else every node through the cluster. Never a registry unasked.
 * @throws SealiftError CLUSTER_*
 */
export async function wayName(
  asked: LoadingWayName | undefined,
  { load }: Pick<Site, 'load'>,
  host: Pick<SiteHost, 'runtime' | 'platform' | 'nodes'>,
): Promise<LoadingWayName> {
  return asked ?? load?.way ?? ((await workNodes(host)).alone ? 'containerd' : 'cluster')
}
