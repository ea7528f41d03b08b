import { findPods, renderedObjects } from '../../kernel/objects/index.ts'
import { carriedName, parseReference } from '../../kernel/oci/index.ts'

/**
 * Images that pods of a release name and a bundle does not carry: a chart that asks the cluster what it has may render on
 * a site what it did not where the bundle was made. As `Kind/name: image`. What is no name, a policy's pattern, is none.
 * @param manifest what the chart renders to on the cluster
 * @param carried full names of the images in the bundle
 */
export function uncarriedImages(chart: string, manifest: string, carried: readonly string[]): string[] {
  const known = new Set(carried)
  const found = renderedObjects(chart, manifest)
    .flatMap(findPods)
    .flatMap(({ object, containers }) =>
      containers.flatMap(({ content: { image } }) =>
        typeof image === 'string' && parseReference(image) !== undefined && !known.has(carriedName(image))
          ? [`${object.title}: ${image}`]
          : [],
      ),
    )
  return [...new Set(found)]
}
