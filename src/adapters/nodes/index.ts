import { hasEnded } from '../../kernel/workloads/index.ts'
/** ports/nodes.ts: the containerd of every node, this machine's by its own ctr, the others' through the cluster. */

import { isManaged } from '../../kernel/access/index.ts'
import { fieldsOf, textsIn } from '../../kernel/objects/index.ts'
import {
  type Clock,
  type Cluster,
  isTerminating,
  type KubernetesObject,
  kinds,
  type NodeRuntime,
  type Runtime,
  type SiteNodes,
} from '../../kernel/ports/index.ts'
import type { NodeCalls } from '../cluster/index.ts'
import { type RuntimeLocation, runtimeOn } from '../containerd/index.ts'
import { isGone, ownMark } from '../owner.ts'
import { nodeHere, thisMachine } from './local.ts'
import { podMark, throughPod } from './machine.ts'
import { placeOn } from './place.ts'
import { nodesNamespace, ownerAnnotation, podLabel } from './pod.ts'
import { type StartedPod, startPod } from './started.ts'

/** What it takes to reach nodes. */
export interface NodesOptions {
  readonly cluster: Cluster
  readonly clock: Clock
  readonly calls: NodeCalls
  /** This machine's containerd, where it has one. */
  readonly here: Runtime | undefined
  /** Where containerd is, as the site file says. */
  readonly site: RuntimeLocation | undefined
}

/** The nodes as they are now. @throws SealiftError CLUSTER_* */
export async function siteNodes({ cluster, clock, calls, here, site }: NodesOptions): Promise<SiteNodes> {
  const all = await cluster.list(kinds.node)
  const local = here && nodeHere(all, await thisMachine())
  const started = new Map<string, Promise<StartedPod>>()
  const swept = once(() => sweep(cluster))
  const podOf = (node: KubernetesObject) => {
    const { name } = node.metadata
    const pod =
      started.get(name) ??
      (async () => {
        await swept()
        return startPod({ cluster, clock }, node, placeOn(node, site), await ownMark())
      })()
    started.set(name, pod)
    return pod
  }
  const goneFor = async (mark: string) =>
    (await pods(cluster)).every(pod => markIn(pod) !== mark || isOver(pod))
  const remote = (node: KubernetesObject): Runtime =>
    runtimeOn(
      throughPod({
        name: node.metadata.name,
        place: () => placeOn(node, site),
        pod: () => podOf(node),
        calls,
        isGone: goneFor,
      }),
    )
  const nodes = all.filter(mayRunPods).map(
    (node): NodeRuntime => ({
      name: node.metadata.name,
      platform: platformOf(node),
      ...(here && node === local ? { local: true, runtime: here } : { local: false, runtime: remote(node) }),
    }),
  )
  return {
    nodes,
    async close() {
      const own = await Promise.allSettled(started.values())
      if (own.length === 0) return
      // A node that is asked after this gets another pod.
      started.clear()
      await Promise.allSettled(
        own.map(
          async one =>
            one.status === 'fulfilled' && cluster.delete(kinds.pod, one.value.name, nodesNamespace),
        ),
      )
      await leave(cluster)
    },
  }
}

const mayRunPods = ({ spec, status }: KubernetesObject) =>
  fieldsOf(spec)['unschedulable'] !== true &&
  (textsIn(fieldsOf(status)['nodeInfo'])['operatingSystem'] ?? 'linux') === 'linux'

function platformOf({ status }: KubernetesObject): string {
  const { operatingSystem = 'linux', architecture = '' } = textsIn(fieldsOf(status)['nodeInfo'])
  return `${operatingSystem}/${architecture}`
}

const pods = (cluster: Cluster) => cluster.list(kinds.pod, nodesNamespace)
const markIn = ({ metadata }: KubernetesObject) => podMark(textsIn(metadata)['uid'] ?? '')
const isOver = (pod: KubernetesObject) => isTerminating(pod) || hasEnded(pod)

/** Ends the pods that killed runs have left. */
async function sweep(cluster: Cluster): Promise<void> {
  for (const pod of await pods(cluster)) {
    const { name, labels, annotations } = pod.metadata
    const owner = annotations?.[ownerAnnotation]
    const ours = Object.entries(podLabel).every(([label, value]) => labels?.[label] === value)
    if (ours && (isOver(pod) || (owner !== undefined && (await isGone(owner)))))
      await cluster.delete(kinds.pod, name, nodesNamespace)
  }
}

/** Ends the namespace, where no other run has a pod in it. */
async function leave(cluster: Cluster): Promise<void> {
  const found = await cluster.get(kinds.namespace, nodesNamespace)
  if (isManaged(found) && (await pods(cluster)).length === 0)
    await cluster.delete(kinds.namespace, nodesNamespace)
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}
