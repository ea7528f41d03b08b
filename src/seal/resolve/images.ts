import { mappingsOf, type RenderedObject } from '../../kernel/objects/index.ts'
import { carriedName, parseReference } from '../../kernel/oci/index.ts'
import { parseManifests } from '../../kernel/yaml/index.ts'
import type { ChartMetadata } from './chart-metadata.ts'
import { findingsIn } from './image-fields.ts'
import { gather, type Place, type Sighting, unique } from './image-gathering.ts'

/** An image with every place that names it. */
export interface FoundImage {
  readonly name: string
  readonly reasons: readonly Place[]
}

/** Images, and texts that only look like images. Both sorted. */
export interface FoundImages {
  readonly images: readonly FoundImage[]
  readonly suspects: readonly Sighting[]
}

/** A rendered chart: its own Chart.yaml and its objects. */
export interface RenderedChart {
  readonly metadata: ChartMetadata
  readonly objects: readonly RenderedObject[]
}

/**
 * Finds the images that rendered charts need. Proven: the images of any pod, image annotations of Chart.yaml, and names
 * with a tag or digest where a flag, a variable or a field says that it is an image. Suspect: what else looks like one.
 * Secrets are not read.
 * @param listed images the spec names itself
 */
export function findImages(charts: readonly RenderedChart[], listed: readonly string[] = []): FoundImages {
  const found = charts.flatMap(chart => chart.objects).flatMap(sighted)
  const proven = [
    ...listed.map((text, i) => ({ text, chart: 'spec', object: '', field: `images[${i}]` })),
    ...charts.flatMap(({ metadata }) => annotated(metadata)),
    ...found.flatMap(({ verdict, sighting }) => (verdict === 'proven' ? [sighting] : [])),
  ]
  const unreadable = proven.filter(({ text }) => parseReference(text) === undefined)
  const images = gather(proven.filter(({ text }) => parseReference(text) !== undefined))
  const known = new Set(images.map(({ name }) => name))
  const suspected = found.flatMap(({ verdict, sighting }) => (verdict === 'suspect' ? [sighting] : []))
  const suspects = [...unreadable, ...suspected.filter(({ text }) => !known.has(carriedName(text)))]
  return { images, suspects: unique(suspects) }
}

/** Suspects as the images that they would be; without those that are no image name. */
export function suspectedImages(suspects: FoundImages['suspects']): FoundImage[] {
  return gather(suspects.filter(({ text }) => parseReference(text) !== undefined))
}

function sighted(object: RenderedObject) {
  const { chart, title } = object
  return findingsIn(object).map(({ verdict, text, field }) => {
    const sighting: Sighting = { text, chart, object: title, field }
    return { verdict, sighting }
  })
}

const annotationKeys = ['helm.sh/images', 'artifacthub.io/images']

function annotated({ name, annotations }: ChartMetadata): Sighting[] {
  return annotationKeys.flatMap(key => {
    const object = 'Chart.yaml'
    return mappingsOf(parsed(annotations[key])).flatMap(({ image }, i) =>
      typeof image === 'string'
        ? [{ text: image, chart: name, object, field: `annotations["${key}"][${i}].image` }]
        : [],
    )
  })
}

function parsed(text: string | undefined): unknown {
  try {
    return parseManifests(text ?? '')[0]
  } catch {
    return undefined
  }
}
