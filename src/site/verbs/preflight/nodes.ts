import type { Bundle } from '../../../bundle/layout/index.ts'
import { fieldsOf, mappingsOf } from '../../../kernel/objects/index.ts'
import { type KubernetesObject, kinds } from '../../../kernel/ports/index.ts'
import { runtimeNames, spaceOf } from '../../load/index.ts'
import {
  type Disk,
  diskIn,
  fault,
  freeNodes,
  judgeCollection,
  judgeDisk,
  judgeNode,
  judgeNodeClock,
  judgePlatform,
  judgeRoom,
  platformOf,
  type Thresholds,
  takesPods,
  thresholdsIn,
  wantedPods,
} from '../../preflight/index.ts'
import type { Grounds } from './grounds.ts'
import { type Check, each, unseen } from './looking.ts'

const nameOf = ({ metadata }: KubernetesObject) => metadata.name

/** What is asked of the nodes, and of their kubelets through the API server. */
export function nodeChecks(grounds: Grounds): Check[] {
  const { host, opened, nodes, pods } = grounds
  const group = 'nodes'
  const diskOf = disksOf(grounds)
  return [
    {
      ...{ id: 'node/state', group, title: 'Nodes are up' },
      async look() {
        const found = await nodes.own()
        if (found.length === 0) return fault('the cluster has no nodes', 'join one: no pod starts without')
        return each(found, nameOf, async node => judgeNode(node))
      },
    },
    {
      ...{ id: 'node/architecture', group, title: 'The bundle is for the nodes’ processors' },
      async look() {
        const { lock } = await opened.need()
        return each(await nodes.need(), nameOf, async node => judgePlatform(node, lock.platforms))
      },
    },
    {
      ...{ id: 'node/disk', group, title: 'The nodes’ disks have room for the images' },
      async look() {
        return each(await nodes.need(), nameOf, async node => {
          const { disk, need, thresholds } = await diskOf(node)
          return judgeDisk(disk, need, thresholds)
        })
      },
    },
    {
      ...{ id: 'node/collection', group, title: 'Kubelet would not delete images' },
      async look() {
        return each(await nodes.need(), nameOf, async node => {
          const { disk, need, thresholds } = await diskOf(node)
          return judgeCollection(disk, need, thresholds)
        })
      },
    },
    {
      ...{ id: 'node/clock', group, title: 'The nodes’ clocks and the API server’s agree' },
      async look() {
        const leases = await host.cluster.list(kinds.lease, 'kube-node-lease')
        const of = new Map(leases.map(lease => [lease.metadata.name, lease]))
        return each(await nodes.need(), nameOf, async ({ metadata }) => judgeNodeClock(of.get(metadata.name)))
      },
    },
    {
      ...{ id: 'node/requests', group, title: 'Free requests for the pods' },
      async look() {
        const [running, { lock }] = await Promise.all([pods.own(), opened.need()])
        return judgeRoom(freeNodes(await nodes.need(), running), wantedPods(lock, running))
      },
    },
  ]
}

/** What a node's disk is like, what it needs there, and what its kubelet does; of each node once. */
function disksOf({ host: { looks }, opened, cluster }: Grounds) {
  type Found = { disk: Disk; need: number; thresholds: Thresholds }
  const known = new Map<string, Promise<Found>>()
  return (node: KubernetesObject): Promise<Found> => {
    const { name } = node.metadata
    const look = async (): Promise<Found> => {
      await cluster.need()
      const [summary, config] = await Promise.all([
        looks.kubelet(name, 'stats/summary'),
        looks.kubelet(name, 'configz'),
      ])
      const disk = diskIn(summary) ?? unseen('its kubelet does not say how large its disk is')
      return { disk, need: await neededOn(node, await opened.need()), thresholds: thresholdsIn(config) }
    }
    const asking = known.get(name) ?? look()
    known.set(name, asking)
    return asking
  }
}

/** Bytes that the images of a bundle which a node does not list would take there; none where no pod comes there. */
async function neededOn(node: KubernetesObject, bundle: Bundle): Promise<number> {
  const platform = platformOf(node) ?? ''
  if (!takesPods(node)) return 0
  const { images } = fieldsOf(node['status'])
  const listed = new Set(mappingsOf(images).flatMap(({ names }) => (Array.isArray(names) ? names : [])))
  const missing = bundle.images.filter(image => !runtimeNames(image).some(name => listed.has(name)))
  const carried = missing.filter(({ platforms }) => platforms.has(platform))
  const { content, unpacked } = await spaceOf(bundle, carried, platform)
  return content + unpacked
}
