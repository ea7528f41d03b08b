import { fieldsOf, isMapping } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import { environmentAnnotation } from '../../kernel/server-variables/index.ts'
import { meaning } from '../release/index.ts'

// Not to be had the same twice, and of no use to people: helm may make a CA at each render.
const made = new Set(['caBundle'])

/**
 * What an object means, without what every write changes, times of day, and marks that are made of secrets. Two of the
 * same meaning are deeply equal.
 */
export function masked(object: KubernetesObject): unknown {
  return without(meaning(object))
}

function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without)
  if (!isMapping(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      made.has(key)
        ? []
        : [[key, key === environmentAnnotation ? 'a mark of the environment' : without(item)]],
    ),
  )
}

/**
 * The two sides of a change as they may be shown: where only the mark of an environment differs, that is said, and the
 * mark itself, which is made of secrets, is not.
 */
export function sides(before: KubernetesObject, after: KubernetesObject): [unknown, unknown] {
  const [was, is] = [masked(before), masked(after)]
  return markIn(before) === markIn(after) ? [was, is] : [was, marked(is)]
}

/** Whether an environment's mark is the same on both sides. */
export function markIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(markIn).find(found => found !== undefined)
  if (!isMapping(value)) return undefined
  if (environmentAnnotation in value) return value[environmentAnnotation]
  return Object.values(fieldsOf(value))
    .map(markIn)
    .find(found => found !== undefined)
}

function marked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(marked)
  if (!isMapping(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === environmentAnnotation ? 'another mark of the environment' : marked(item),
    ]),
  )
}
