import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Runtime, SiteHost } from '../../../kernel/ports/index.ts'
import { workNodes } from '../../load/index.ts'

/**
 * Does work on every node, and gives all that it says. `on` is to stand behind what is said of a node: nothing where
 * there is one alone. What a node says that cannot be worked on is why.
 * @throws SealiftError CLUSTER_*, and LOAD_FAILED of this machine where it is the only node
 */
export async function eachNode(
  host: SiteHost,
  work: (runtime: Runtime, on: string) => Promise<readonly string[]>,
): Promise<string[]> {
  const { nodes, alone, close } = await workNodes(host)
  try {
    if (nodes.length === 0) return ['the images: no node may run pods']
    const said: string[] = []
    for (const { name, runtime } of nodes) {
      try {
        said.push(...(await work(runtime, alone ? '' : ` on node ${name}`)))
      } catch (error) {
        if (alone || !(error instanceof SealiftError) || error.code === 'INTERRUPTED') throw error
        said.push(`the images on node ${name}: ${error.message}`)
      }
    }
    return said
  } finally {
    await close()
  }
}
