import { parseCpu, parseMemory } from '../../bundle/declared/index.ts'
import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { NodeFacts, NodeImage } from '../../kernel/facts/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import { parseReference } from '../../kernel/oci/index.ts'
import type { KubernetesObject, RuntimeImage } from '../../kernel/ports/index.ts'

type Found = Omit<NodeFacts, 'free' | 'images' | 'seenBy'>

/** What a Node says of itself (core/v1, NodeStatus). @throws SealiftError CLUSTER_FAILED where it says nothing that can be used */
export function nodeFacts({ metadata: { name }, spec, status }: KubernetesObject): Found {
  const { nodeInfo, allocatable, conditions } = fieldsOf(status)
  const { operatingSystem, architecture, kubeletVersion, containerRuntimeVersion } = textsIn(nodeInfo)
  const { memory, cpu } = textsIn(allocatable)
  if (!operatingSystem || !architecture || memory === undefined || cpu === undefined)
    throw new SealiftError(
      'CLUSTER_FAILED',
      `node ${printable(name)} does not say what its processor is, and what pods may request there`,
      { hints: ['look at it: kubectl get node -o yaml'] },
    )
  const ready = mappingsOf(conditions).some(({ type, status }) => type === 'Ready' && status === 'True')
  return {
    name,
    platform: `${operatingSystem}/${architecture}`,
    ...(kubeletVersion === undefined ? {} : { kubelet: kubeletVersion }),
    ...(containerRuntimeVersion === undefined ? {} : { runtime: containerRuntimeVersion }),
    ready: ready && fieldsOf(spec)['unschedulable'] !== true,
    allocatable: { memory: parseMemory(memory), cpu: parseCpu(cpu) },
  }
}

/** A node's images as its containerd has them, sorted. */
export function imagesIn(found: readonly RuntimeImage[]): NodeImage[] {
  return sorted(found.map(({ name, digest, pinned, complete }) => ({ name, digest, pinned, complete })))
}

/**
 * The images that a Node names (core/v1, ContainerImage): kubelet names some only, and of each its tags and its digests
 * beside one another. One that has no digest there is left out.
 */
export function imagesNamedBy({ status }: KubernetesObject): NodeImage[] {
  const found = mappingsOf(fieldsOf(status)['images']).flatMap(({ names }) => {
    const all = (Array.isArray(names) ? names : []).filter(name => typeof name === 'string')
    const digests = all.flatMap(name => parseReference(name)?.digest ?? [])
    const [digest] = digests
    // Two digests are two names of one content only where they are the same.
    if (digest === undefined || digests.some(other => other !== digest)) return []
    return all.map(name => ({ name, digest }))
  })
  return sorted(found)
}

function sorted(images: readonly NodeImage[]): NodeImage[] {
  return [...images].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}
