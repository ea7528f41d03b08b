/** The looks of a preflight in memory; held to the contract of the real ones. */
import { SealiftError } from '../../src/kernel/errors/index.ts'
import type { Access, ClusterLooks, HostNames, KubeletPage, Presented } from '../../src/kernel/ports/index.ts'

/** What a test decides; all of it may be changed while it is used. */
export interface MemoryLooks extends ClusterLooks {
  readonly asked: Access[]
  /** Rights that are missing. */
  denies: (access: Access) => boolean
  /** By `node/page`; a missing one is refused as a node that is down. */
  pages: Record<string, Readonly<Record<string, unknown>>>
  shown: Presented
  client: string | undefined
}

/** Everything is allowed, clocks agree, nodes answer nothing. */
export function memoryLooks(): MemoryLooks {
  const looks: MemoryLooks = {
    asked: [],
    denies: () => false,
    pages: {},
    shown: {},
    client: undefined,
    async may(access) {
      looks.asked.push(access)
      return !looks.denies(access)
    },
    async kubelet(node: string, page: KubeletPage) {
      const found = looks.pages[`${node}/${page}`]
      if (found === undefined)
        throw new SealiftError('CLUSTER_FAILED', `cannot get nodes/proxy ${node}: not found`)
      return found
    },
    presented: async () => looks.shown,
    clientCertificate: async () => looks.client,
  }
  return looks
}

/** Names that are known; all others are not. */
export const memoryNames = (known: Readonly<Record<string, readonly string[]>>): HostNames => ({
  addresses: async host => [...(known[host] ?? [])],
})
