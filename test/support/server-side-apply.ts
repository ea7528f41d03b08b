import type { KubernetesObject } from '../../src/kernel/ports/index.ts'

type Fields = Readonly<Record<string, unknown>>

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * What a server-side apply by one manager makes of an object: fields of `next` are set, fields that only the last
 * apply had are taken away, fields of others stay. Lists are replaced whole.
 */
export function merged(
  present: KubernetesObject,
  last: KubernetesObject | undefined,
  next: KubernetesObject,
): KubernetesObject {
  return fields(present, last ?? {}, next) as unknown as KubernetesObject
}

function fields(present: Fields, last: Fields, next: Fields): Fields {
  const result: Record<string, unknown> = {}
  for (const name of new Set([...Object.keys(present), ...Object.keys(next)])) {
    const [now, before, wanted] = [present[name], last[name], next[name]]
    if (isFields(now) && (isFields(wanted) || (wanted === undefined && isFields(before)))) {
      const rest = fields(now, isFields(before) ? before : {}, isFields(wanted) ? wanted : {})
      // A mapping that nobody has anything in any more goes with the last of it.
      if (wanted !== undefined || Object.keys(rest).length > 0) result[name] = rest
    } else if (wanted !== undefined) result[name] = wanted
    else if (before === undefined) result[name] = now
  }
  return result
}
