import type { LockedImage } from '../../bundle/lock/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import { type KubernetesObject, kinds, type RuntimeImage, type SiteHost } from '../../kernel/ports/index.ts'
import { type Amount, allocatableOf } from '../check/index.ts'
import { type NodesHost, nodeImages } from '../load/index.ts'
import type { ImageState, NodeImages } from './document.ts'
import { refused } from './refused.ts'

type Wanted = Pick<LockedImage, 'name' | 'digest'>

/** What is on the nodes, and what could not be told of them. */
export interface Nodes {
  readonly nodes: readonly NodeImages[]
  readonly allocatable?: Amount
  readonly untold: readonly string[]
}

/**
 * How a bundle's images are on every node: by its containerd where that can be asked, on this node, and on all where images
 * come `through` the cluster; else by what the node tells the API. @throws SealiftError CLUSTER_UNREACHABLE, CLUSTER_FAILED
 */
export async function observeNodes(
  host: NodesHost & Pick<SiteHost, 'cluster'>,
  images: readonly Wanted[],
  through: boolean,
): Promise<Nodes> {
  const untold: string[] = []
  const live = (await host.cluster.list(kinds.node).catch(refused('the nodes', untold))) ?? []
  const { of, alone } = await nodeImages(host, through, (what, error) =>
    untold.push(`${what}: ${error.message}`),
  )
  if (host.runtime !== undefined && live.length > 1 && of.size === 0 && untold.length === 0)
    untold.push('which of the nodes this machine is: its images by the API alone')
  const own = (name: string) => of.get(name) ?? (live.length === 1 ? alone : undefined)
  const nodes = live.map(node => observed(node, images, own(node.metadata.name)))
  const sum = allocatableOf(live)
  return { nodes, untold, ...(sum === undefined ? {} : { allocatable: sum }) }
}

function observed(
  node: KubernetesObject,
  images: readonly Wanted[],
  runtime: readonly RuntimeImage[] | undefined,
): NodeImages {
  const status = fieldsOf(node['status'])
  const { architecture = '', kubeletVersion = '', containerRuntimeVersion = '' } = textsIn(status['nodeInfo'])
  const names = new Set(
    mappingsOf(status['images']).flatMap(({ names }) => (Array.isArray(names) ? names.map(String) : [])),
  )
  const state = runtime
    ? (image: Wanted) => byRuntime(image, runtime)
    : (image: Wanted) => byApi(image, names)
  return {
    ...{ name: node.metadata.name, architecture, kubelet: kubeletVersion, runtime: containerRuntimeVersion },
    images: images.map(({ name, digest }) => ({ name, digest, state: state({ name, digest }) })),
  }
}

function byRuntime({ name, digest }: Wanted, images: readonly RuntimeImage[]): ImageState {
  const found = images.find(image => image.name === name)
  if (found === undefined) return 'absent'
  if (found.digest !== digest) return 'other'
  if (!found.complete) return 'incomplete'
  return found.pinned ? 'pinned' : 'unpinned'
}

/** A node tells its images by `repository@digest`; one that it does not name may be there all the same. */
function byApi({ digest }: Wanted, names: ReadonlySet<string>): ImageState {
  return [...names].some(name => name.endsWith(`@${digest}`)) ? 'present' : 'untold'
}
