import type { NodeRuntime, Runtime, SiteHost } from '../../../kernel/ports/index.ts'
import { judgeLeftovers, type Verdict } from '../../check/index.ts'
import type { Receipt } from '../../install/index.ts'
import { workNodes } from '../../load/index.ts'
import { howKept, type Kept, keptOn } from './kept.ts'
import { allLooked, looked } from './looked.ts'

/**
 * Whether every node has the images of the receipt, whole and pinned: this machine's where it is the only one, else all
 * of them, each by its name. A node that cannot be looked at is a verdict of its own.
 * @throws SealiftError CLUSTER_UNREACHABLE, INTERRUPTED
 */
export async function lookAtImages(receipt: Receipt, host: SiteHost): Promise<readonly Verdict[]> {
  let looks: readonly Verdict[] = []
  const unknown = await looked(
    'images',
    async () => {
      const kept = await howKept(receipt, host)
      const { nodes, alone, close } = await workNodes(host)
      try {
        looks = alone
          ? (await Promise.all(nodes.map(({ runtime }) => judgeAll(receipt, runtime, kept)))).flat()
          : await allLooked(nodes.map(node => lookAtNode(receipt, node, kept)))
      } finally {
        await close()
      }
      return []
    },
    'run sealift as root on the node, or correct containerd in the site file',
  )
  return [...unknown, ...looks]
}

async function lookAtNode(
  receipt: Receipt,
  { name, runtime, local }: NodeRuntime,
  kept: Kept,
): Promise<readonly Verdict[]> {
  const found = await looked(
    `node/${name}`,
    () => judgeAll(receipt, runtime, keptOn(local, kept)),
    'run sealift check on that node, or correct containerd in the site file',
  )
  const prefix = `node/${name}`
  return found.map(one => (one.id === prefix ? one : { ...one, id: `${prefix}/${one.id}` }))
}

async function judgeAll(receipt: Receipt, runtime: Runtime, kept: Kept): Promise<readonly Verdict[]> {
  return [...(await judgeImages(receipt, runtime, kept)), judgeLeftovers(await runtime.leftovers())]
}

async function judgeImages(
  { lock }: Pick<Receipt, 'lock'>,
  runtime: Runtime,
  kept: Kept,
): Promise<Verdict[]> {
  // A node pulls them when it needs them, and may be without them until then.
  if (kept === 'pulled') return []
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
    if (image.pinEnds && kept === 'renewed') return { id, ok: true, message: 'here, complete, pinned by K3s' }
    if (image.pinEnds) return { id, ok: false, message: "its pin goes at K3s's next start", hint: pin }
    return image.pinned
      ? { id, ok: true, message: 'here, complete, pinned' }
      : { id, ok: false, message: 'is not pinned: kubelet may delete it', hint: pin }
  })
}
