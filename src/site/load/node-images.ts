import { SealiftError } from '../../kernel/errors/index.ts'
import type { RuntimeImage, SiteHost } from '../../kernel/ports/index.ts'
import { workNodes } from './nodes.ts'

/** Who can be asked for a node's images. */
export type NodesHost = Pick<SiteHost, 'runtime' | 'platform' | 'nodes'>

/**
 * The images of nodes by their own containerd, by the nodes' names; of this machine alone, and where images come through
 * the cluster (`through`) of all that may run pods, by a short-lived pod on each. A node that cannot be asked is told as
 * untold, with why. `alone` are those of this machine where nobody says its node's name, as where that is cordoned.
 * @throws SealiftError CLUSTER_UNREACHABLE, INTERRUPTED
 */
export async function nodeImages(
  host: NodesHost,
  through: boolean,
  untold: (what: string, error: SealiftError) => void,
): Promise<{ of: ReadonlyMap<string, readonly RuntimeImage[]>; alone?: readonly RuntimeImage[] }> {
  const of = new Map<string, readonly RuntimeImage[]>()
  const telling = (what: string) => (error: unknown) => {
    if (!(error instanceof SealiftError) || ends.has(error.code)) throw error
    untold(what, error)
    return undefined
  }
  const work = await workNodes(host).catch(telling('the nodes’ images'))
  if (work === undefined) return { of }
  try {
    for (const { name, local, runtime } of work.nodes) {
      if (!local && !through) continue
      const found = await runtime.images().catch(telling(`the images of node ${name}`))
      if (found !== undefined) of.set(name, found)
    }
    const [only] = work.alone ? of.values() : []
    return only === undefined ? { of } : { of, alone: only }
  } finally {
    await work.close()
  }
}

const ends: ReadonlySet<string> = new Set(['CLUSTER_UNREACHABLE', 'INTERRUPTED'])
