import type { Bundle } from '../../bundle/layout/index.ts'
import { findPods } from '../../kernel/objects/index.ts'
import { carriedName } from '../../kernel/oci/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import type { ImageMigrations } from './compare.ts'
import { imageMigrations } from './image.ts'

/**
 * The migrations of the server that a release runs: of the first image of its pods that has any. Nothing where none has.
 * @param objects what its chart renders to
 * @throws SealiftError BUNDLE_DAMAGED
 */
export async function serverMigrations(
  bundle: Pick<Bundle, 'images' | 'has' | 'stream'>,
  objects: readonly KubernetesObject[],
): Promise<ImageMigrations | undefined> {
  const pods = objects.flatMap(object =>
    findPods({ chart: '', title: '', kind: object.kind, content: object }),
  )
  const images = pods.flatMap(({ containers }) =>
    containers.flatMap(({ content: { image } }) => (typeof image === 'string' ? [carriedName(image)] : [])),
  )
  for (const image of new Set(images)) {
    const found = await imageMigrations(bundle, image)
    if (found !== undefined) return found
  }
  return undefined
}
