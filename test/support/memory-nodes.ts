/** The nodes of a site in memory: each a runtime in memory, the first this machine unless said otherwise. */
import type { Runtime, SiteNodes } from '../../src/kernel/ports/index.ts'

/** Nodes by name; `closed` counts how often they were let go. */
export interface MemoryNodes {
  (): Promise<SiteNodes>
  closed: number
}

/** Makes a site's nodes out of runtimes by the nodes' names. */
export function memoryNodes(
  runtimes: Readonly<Record<string, Runtime>>,
  platform = 'linux/amd64',
  local: string | undefined = Object.keys(runtimes)[0],
): MemoryNodes {
  const nodes = Object.entries(runtimes).map(([name, runtime]) => ({
    ...{ name, platform, runtime },
    local: name === local,
  }))
  const open: MemoryNodes = Object.assign(
    async () => ({
      nodes,
      async close() {
        open.closed += 1
      },
    }),
    { closed: 0 },
  )
  return open
}
