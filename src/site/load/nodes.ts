import { SealiftError } from '../../kernel/errors/index.ts'
import type { SiteHost, SiteNodes } from '../../kernel/ports/index.ts'

const none: SiteNodes = { nodes: [], close: async () => {} }

/** The nodes to work on. */
export interface WorkNodes extends SiteNodes {
  /** Whether it is this machine alone: then nothing of it bears a node's name. */
  readonly alone: boolean
}

/**
 * The nodes that have a site's images: this machine with its own containerd where it is the cluster's only one, else all
 * that may run pods. @throws SealiftError CLUSTER_*
 */
export async function workNodes({
  runtime,
  platform,
  nodes,
}: Pick<SiteHost, 'runtime' | 'platform' | 'nodes'>): Promise<WorkNodes> {
  // Who may not see the cluster's nodes, and is on one, works on that.
  const found = await nodes().catch(error => {
    if (runtime && error instanceof SealiftError && error.code === 'CLUSTER_DENIED') return none
    throw error
  })
  const [first] = found.nodes
  if (runtime === undefined || found.nodes.length > 1 || first?.local === false)
    return { ...found, alone: false }
  const here = { name: first?.name ?? 'this machine', platform, local: true, runtime }
  return { ...found, nodes: [here], alone: true }
}
