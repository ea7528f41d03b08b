import type { Bundle } from '../../../bundle/layout/index.ts'
import type {
  BundleSource,
  Cluster,
  ImagesFolder,
  Runtime,
  RuntimeImage,
} from '../../../kernel/ports/index.ts'
import { type LoadPlan, planLoad } from '../plan.ts'
import { archiveFor } from './folder-archive.ts'
import { imagesOfNodes, isKept } from './imported.ts'
import { filesOf, freshName } from './placed.ts'
import type { Lacking } from './way.ts'

/** What loading through K3s's folder of images needs. */
export interface ImagesDir {
  readonly imagesFolder: ImagesFolder
  /** This node's containerd; without it what the nodes say of their images must do. */
  readonly runtime: Runtime | undefined
  readonly cluster: Cluster
  /** The node's platform, `linux/amd64`. */
  readonly platform: string
  /** The file that the bundle was opened from. */
  readonly source: BundleSource
}

/** The images that are on this node, or on the nodes at all where it has no containerd to ask. */
export function seen({ runtime, cluster }: ImagesDir): Promise<RuntimeImage[]> {
  return runtime ? runtime.images() : imagesOfNodes(cluster)
}

/** Names of images that are there, and that neither K3s nor Sealift has pinned. */
export function notKept({ present, pins }: LoadPlan): string[] {
  return present.map(({ name }) => name).filter(name => !isKept(pins.get(name) ?? { pinned: false }))
}

/** What K3s would import, and the file that it would be given. */
export async function lackingInFolder(dir: ImagesDir, bundle: Bundle): Promise<Lacking> {
  const { imagesFolder: folder, runtime, platform } = dir
  const plan = planLoad(bundle, await seen(dir), platform)
  const loose = new Set(notKept(plan))
  const changed = plan.present.flatMap(image => {
    const packed = runtime !== undefined && plan.packed.includes(image)
    const what = [...(loose.has(image.name) ? ['pinned by K3s'] : []), ...(packed ? ['unpacked'] : [])]
    return what.length === 0
      ? []
      : [{ change: 'change' as const, image, detail: `is there, and is ${what.join(' and ')}` }]
  })
  const images = [
    ...plan.missing.map(image => ({
      ...{ change: 'create' as const, image },
      detail: 'is imported and pinned by K3s',
    })),
    ...changed,
  ]
  const there = filesOf(bundle, await folder.names()).at(-1)
  const lacking = plan.missing.length > 0 || loose.size > 0
  if (there !== undefined && !lacking) return { images, bytes: 0 }
  const path = `${folder.path}/${await freshName(bundle, folder)}`
  const change = there === undefined ? ('create' as const) : ('change' as const)
  const detail = there === undefined ? 'K3s takes its images from it, and pins them' : `${there} until now`
  const bytes = there === undefined ? (await archiveFor(dir, bundle)).size : 0
  return { images, bytes, file: { change, path, detail } }
}
