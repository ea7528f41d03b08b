import { printable } from '../../kernel/errors/index.ts'
import {
  type ContainerShape,
  findPods,
  isMapping,
  mappingsOf,
  type PodShape,
  type RenderedObject,
  textsOf,
} from '../../kernel/objects/index.ts'
import { hexOf, parseReference, printReference } from '../../kernel/oci/index.ts'
import { parseYaml } from '../../kernel/yaml/index.ts'
import type { ChartMetadata } from './chart-metadata.ts'
import { imageNamesIn, isFullImageName } from './image-text.ts'

/** Where an image or suspect is named. Same shape as the lock's reason. */
interface Place {
  readonly chart: string
  readonly object: string
  readonly field: string
}

/** Images with every place that names them, and texts that only look like images. Both sorted. */
export interface FoundImages {
  readonly images: readonly { readonly name: string; readonly reasons: readonly Place[] }[]
  readonly suspects: readonly (Place & { readonly text: string })[]
}

/** One name as found, before names are gathered. */
interface Sighting extends Place {
  readonly text: string
}

/** A rendered chart: its own Chart.yaml and its objects. */
export interface RenderedChart {
  readonly metadata: ChartMetadata
  readonly objects: readonly RenderedObject[]
}

/**
 * Finds the images that rendered charts need. Proven: `image` of any container of any pod, image volumes,
 * image annotations of Chart.yaml, and full names in arguments and variables that say they are images.
 * Suspect: any other text with a full image name in it. Secrets are not read.
 * @param listed images the spec names itself
 */
export function findImages(charts: readonly RenderedChart[], listed: readonly string[] = []): FoundImages {
  const objects = charts.flatMap(chart => chart.objects)
  const proven = [
    ...listed.map((text, i) => ({ text, chart: 'spec', object: '', field: `images[${i}]` })),
    ...charts.flatMap(({ metadata }) => annotated(metadata)),
    ...objects.flatMap(object => findPods(object).flatMap(podImages)),
  ]
  const unreadable = proven.filter(({ text }) => parseReference(text) === undefined)
  const images = gather(proven.filter(({ text }) => parseReference(text) !== undefined))
  const known = new Set(images.map(({ name }) => name))
  const suspects = [
    ...unreadable,
    ...objects.flatMap(textImages).filter(({ text }) => !known.has(fullName(text))),
  ]
  return { images, suspects: unique(suspects) }
}

/**
 * A name as containerd knows it: with host, and `latest` where there is neither tag nor digest. A name with only
 * a digest gets a tag made of it, because K3s imports no image without one; pods still find it by the digest.
 */
function fullName(text: string): string {
  const reference = parseReference(text)
  if (reference === undefined) return text
  const { tag, digest } = reference
  if (tag !== undefined || digest === undefined) return printReference(reference)
  return printReference({ ...reference, tag: `sha256-${hexOf(digest).slice(0, 12)}` })
}

function podImages(pod: PodShape): Sighting[] {
  const at = (field: string, text: unknown): Sighting[] =>
    typeof text === 'string' && text !== ''
      ? [{ text, chart: pod.object.chart, object: pod.object.title, field }]
      : []
  const volumes = mappingsOf(pod.spec['volumes']).flatMap((volume, i) => {
    const image = volume['image']
    return isMapping(image) ? at(`${pod.path}.volumes[${i}].image.reference`, image['reference']) : []
  })
  const containers = pod.containers.flatMap(container => [
    ...at(`${container.path}.image`, container.content['image']),
    ...sayingTheyAreImages(container).flatMap(({ field, text }) => at(field, text)),
  ])
  return [...containers, ...volumes]
}

/** `--some-image=NAME`, `--some-image NAME`, and variables named `…_IMAGE` or `RELATED_IMAGE_…`. */
function sayingTheyAreImages({ path, content }: ContainerShape): { field: string; text: string }[] {
  const found = ['command', 'args'].flatMap(list => {
    const words = Array.isArray(content[list]) ? content[list].map(String) : []
    return words.flatMap((word, i) => {
      const [, flag = '', inline] = /^--?([\w.-]+)(?:=(.*))?$/s.exec(word) ?? []
      if (!/image/i.test(flag)) return []
      return [
        { field: `${path}.${list}[${inline === undefined ? i + 1 : i}]`, text: inline ?? words[i + 1] ?? '' },
      ]
    })
  })
  const env = mappingsOf(content['env']).flatMap(({ name, value }, i) => {
    const says = typeof name === 'string' && /_IMAGE$|^IMAGE$|^RELATED_IMAGE_/.test(name)
    return says && typeof value === 'string' ? [{ field: `${path}.env[${i}].value`, text: value }] : []
  })
  return [...found, ...env].filter(({ text }) => isFullImageName(text))
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
    return parseYaml(text ?? '')
  } catch {
    return undefined
  }
}

function textImages({ kind, chart, title, content }: RenderedObject): Sighting[] {
  if (kind === 'Secret') return []
  return [...textsOf(content)].flatMap(({ path, text }) =>
    imageNamesIn(text).map(name => ({ text: name, chart, object: title, field: path })),
  )
}

function gather(sightings: readonly Sighting[]): { name: string; reasons: Place[] }[] {
  const byName = new Map<string, Sighting[]>()
  for (const sighting of sightings) {
    const name = fullName(sighting.text)
    byName.set(name, [...(byName.get(name) ?? []), sighting])
  }
  return [...byName]
    .sort(([a], [b]) => order(a, b))
    .map(([name, found]) => ({
      name,
      reasons: unique(found).map(({ chart, object, field }) => ({ chart, object, field })),
    }))
}

// Fit to be shown as well: a bundle whose lock has other text is refused.
function unique(sightings: readonly Sighting[]): Sighting[] {
  const shown = sightings.map(({ text, chart, object, field }) => ({
    text: printable(text, 400),
    chart,
    object: printable(object, 400),
    field: printable(field, 400),
  }))
  const keyed = new Map(
    shown.map(item => [[item.text, item.chart, item.object, item.field].join('\n'), item]),
  )
  return [...keyed].sort(([a], [b]) => order(a, b)).map(([, item]) => item)
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
