import { kinds } from '../../../../kernel/ports/index.ts'
import type { PlannedChange, PlannedNode } from '../../../plan/index.ts'
import type { Installation } from '../installation.ts'

/**
 * What would be brought by the very way that the install goes: images to each node or to the site's registry, and a file
 * for K3s's folder. @throws SealiftError LOAD_FAILED, BUNDLE_WRONG_PLATFORM, REGISTRY_*, CLUSTER_*
 */
export async function plannedImages({
  bundle,
  host,
  way,
}: Installation): Promise<{ nodes: PlannedNode[]; files: PlannedChange[] }> {
  const places = await way.lacks(bundle)
  const [node, ...others] = await host.cluster.list(kinds.node)
  // Which of several this one is, only its runtime's own place would say.
  const here = node !== undefined && others.length === 0 ? node.metadata.name : 'this node'
  return {
    nodes: places.map(({ place = here, images, bytes }) => ({
      node: place,
      images: images.map(({ change, image, detail }) => ({
        ...{ change, kind: 'image', name: image.name, digest: image.descriptor.digest, detail },
      })),
      bytes,
    })),
    files: places.flatMap(({ file }) =>
      file === undefined
        ? []
        : [{ change: file.change, kind: 'archive', name: file.path, detail: file.detail }],
    ),
  }
}
