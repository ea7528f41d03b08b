import { findPods, renderedObjects } from '../../kernel/objects/index.ts'
import { hexOf, parseReference, printReference } from '../../kernel/oci/index.ts'

/**
 * Images that pods of a release name and a bundle does not carry: a chart that asks the cluster what it has may render on
 * a site what it did not where the bundle was made. As `Kind/name: image`.
 * @param manifest what the chart renders to on the cluster
 * @param carried full names of the images in the bundle
 */
export function uncarriedImages(chart: string, manifest: string, carried: readonly string[]): string[] {
  const known = new Set(carried)
  const found = renderedObjects(chart, manifest)
    .flatMap(findPods)
    .flatMap(({ object, containers }) =>
      containers.flatMap(({ content: { image } }) =>
        typeof image === 'string' && image !== '' && !known.has(bundled(image))
          ? [`${object.title}: ${image}`]
          : [],
      ),
    )
  return [...new Set(found)]
}

/** The name that a bundle has for an image: one with a digest only has a tag made of it. */
function bundled(image: string): string {
  const reference = parseReference(image)
  if (reference === undefined) return image
  const { tag, digest } = reference
  if (tag !== undefined || digest === undefined) return printReference(reference)
  return printReference({ ...reference, tag: `sha256-${hexOf(digest).slice(0, 12)}` })
}
