import { isMapping, joinPath, type Mapping, mappingsOf, type RenderedObject } from './rendered.ts'

/** A pod as some object describes it: a Pod's own spec, a template's, or one embedded in a custom object. */
export interface PodShape {
  readonly object: RenderedObject
  /** Path of the pod's spec in the object, `spec.template.spec`. */
  readonly path: string
  readonly spec: Mapping
  readonly containers: readonly ContainerShape[]
}

/** One container of a pod. */
export interface ContainerShape {
  /** Path in the object, `spec.template.spec.containers[0]`. */
  readonly path: string
  readonly name: string
  readonly kind: 'container' | 'init' | 'ephemeral'
  readonly content: Mapping
}

const lists = [
  ['containers', 'container'],
  ['initContainers', 'init'],
  ['ephemeralContainers', 'ephemeral'],
] as const

/**
 * Every pod of an object, at any depth: whatever holds a list of containers counts, so CronJobs, custom
 * resources and kinds not yet invented are found alike. Definitions of custom resources describe fields
 * rather than pods and give none.
 */
export function findPods(object: RenderedObject): PodShape[] {
  return object.kind === 'CustomResourceDefinition' ? [] : [...walk(object, object.content, '')]
}

function* walk(object: RenderedObject, value: unknown, path: string): Generator<PodShape> {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* walk(object, item, `${path}[${i}]`)
  }
  if (!isMapping(value)) return
  const containers = lists.flatMap(([key, kind]) => containersOf(value[key], joinPath(path, key), kind))
  if (containers.length > 0) yield { object, path, spec: value, containers }
  for (const [key, item] of Object.entries(value)) {
    // Containers hold no pods; custom resources may.
    if (containers.length === 0 || !lists.some(([list]) => list === key))
      yield* walk(object, item, joinPath(path, key))
  }
}

function containersOf(value: unknown, path: string, kind: ContainerShape['kind']): ContainerShape[] {
  if (!Array.isArray(value)) return []
  return mappingsOf(value).flatMap(content => {
    const { name, image } = content
    if (typeof image !== 'string' && typeof name !== 'string') return []
    const place = `${path}[${value.indexOf(content)}]`
    return [{ path: place, name: typeof name === 'string' ? name : '?', kind, content }]
  })
}
