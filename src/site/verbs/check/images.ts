import type { NodeRuntime, Runtime, SiteHost } from '../../../kernel/ports/index.ts'
import { judgeLeftovers, type Verdict } from '../../check/index.ts'
import type { Receipt } from '../../install/index.ts'
import { allLooked, looked } from './looked.ts'

/**
 * Whether every node has the images of the receipt, whole and pinned: this machine's where it is the only one, else all
 * of them, each by its name, two at a time. A node that cannot be looked at is a verdict of its own.
 * @throws SealiftError CLUSTER_UNREACHABLE, INTERRUPTED
 */
export async function lookAtImages(receipt: Receipt, host: SiteHost): Promise<readonly Verdict[]> {
  let looks: readonly Verdict[] = []
  const unknown = await looked(
    'images',
    async () => {
      const { nodes, close } = await host.nodes()
      try {
        looks =
          host.runtime && nodes.length < 2 && nodes[0]?.local !== false
            ? await judgeAll(receipt, host.runtime)
            : await allLooked(nodes.map(node => lookAtNode(receipt, node, nodes.length)))
      } finally {
        await close()
      }
      return []
    },
    'run sealift as root on the node, or correct containerd in the site file',
  )
  return [...unknown, ...looks]
}

async function lookAtNode(receipt: Receipt, node: NodeRuntime, nodes: number): Promise<readonly Verdict[]> {
  const { name, runtime } = node
  const found = await looked(
    `node/${name}`,
    () => judgeAll(receipt, runtime),
    'run sealift check on that node, or correct containerd in the site file',
  )
  // Of one node, things have the names that they have on it.
  const prefix = `node/${name}`
  return nodes < 2
    ? found
    : found.map(one => (one.id === prefix ? one : { ...one, id: `${prefix}/${one.id}` }))
}

async function judgeAll(receipt: Receipt, runtime: Runtime): Promise<readonly Verdict[]> {
  return [...(await judgeImages(receipt, runtime)), judgeLeftovers(await runtime.leftovers())]
}

async function judgeImages({ lock }: Pick<Receipt, 'lock'>, runtime: Runtime): Promise<Verdict[]> {
  const present = new Map((await runtime.images()).map(image => [image.name, image]))
  const load = 'sealift check --repair --bundle FILE brings it back, and so does sealift install'
  const pin = 'sealift check --repair pins it, and so does sealift install'
  return lock.images.map(({ name, digest }) => {
    const id = `image/${name}`
    const image = present.get(name)
    if (image === undefined) return { id, ok: false, message: 'is not on this node', hint: load }
    if (image.digest !== digest)
      return { id, ok: false, message: `is ${image.digest}, not the bundle's ${digest}`, hint: load }
    if (!image.complete) return { id, ok: false, message: 'is not complete', hint: load }
    if (image.pinEnds) return { id, ok: false, message: "its pin goes at K3s's next start", hint: pin }
    return image.pinned
      ? { id, ok: true, message: 'here, complete, pinned' }
      : { id, ok: false, message: 'is not pinned: kubelet may delete it', hint: pin }
  })
}
