import { readFile } from 'node:fs/promises'
import { hostname, networkInterfaces } from 'node:os'
import { fieldsOf, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'

/** What tells this machine from others. */
export interface Here {
  /** The kernel's id of this boot (random(4)), which containers share with their machine; empty where there is none. */
  readonly boot: string
  readonly names: readonly string[]
  readonly addresses: readonly string[]
}

/** What this machine says of itself. */
export async function thisMachine(): Promise<Here> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  return {
    boot: boot.trim(),
    names: [hostname(), hostname().split('.')[0] ?? ''],
    addresses: Object.values(networkInterfaces()).flatMap(all => (all ?? []).map(({ address }) => address)),
  }
}

/**
 * The node that this machine is: the one of its boot, as kubelet tells it (nodeInfo.bootID). Of several, as in containers
 * on one machine, or where nobody tells a boot, the one that has its name or an address of it; where that does not tell
 * either, none.
 */
export function nodeHere(nodes: readonly KubernetesObject[], here: Here): KubernetesObject | undefined {
  const bootOf = ({ status }: KubernetesObject) => textsIn(fieldsOf(status)['nodeInfo'])['bootID'] ?? ''
  const possible = nodes.filter(node => here.boot === '' || bootOf(node) === '' || bootOf(node) === here.boot)
  const [first] = possible
  if (possible.length === 1 && here.boot !== '' && first && bootOf(first) === here.boot) return first
  const known = new Set([...here.names, ...here.addresses])
  const named = possible.filter(({ status }) =>
    mappingsOf(fieldsOf(status)['addresses']).some(({ address }) => known.has(String(address))),
  )
  return named.length === 1 ? named[0] : undefined
}
