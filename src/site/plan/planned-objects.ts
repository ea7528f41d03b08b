import { isDeepStrictEqual } from 'node:util'
import { printable } from '../../kernel/errors/index.ts'
import { type Differences, fieldChanges, isMapping } from '../../kernel/objects/index.ts'
import { canonicalJson, digestOf } from '../../kernel/oci/index.ts'
import { type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { masked, sides } from './masked.ts'
import type { PlannedObject } from './shape.ts'

/** An object that was written in a rehearsal. */
export interface Seen {
  readonly step: string
  /** As it is on the site; nothing where it is not there. */
  readonly first: KubernetesObject | undefined
  /** As it would be; nothing where it would be gone. */
  readonly now: KubernetesObject | undefined
  /** As it was applied last. */
  readonly wanted: KubernetesObject
  readonly note?: string
}

/** Values looked at in all comparisons of a plan: many times what real charts have. */
const mostValues = 5_000_000

/** What becomes of each; those that are neither there before nor after are left out. No value of a Secret is in it. */
export function plannedObjects(all: readonly Seen[]): PlannedObject[] {
  const patience = { left: mostValues }
  return all.flatMap(({ step, first, now, wanted, note }): PlannedObject[] => {
    if (first === undefined && now === undefined) return []
    const { apiVersion, kind, metadata } = now ?? first ?? wanted
    const named = {
      apiVersion: printable(apiVersion),
      kind: printable(kind),
      ...(metadata.namespace === undefined ? {} : { namespace: printable(metadata.namespace) }),
      name: printable(metadata.name),
      step,
    }
    const why = note === undefined ? {} : { note }
    const nothing = { fields: [], more: 0 }
    if (now === undefined) return [{ change: 'remove', ...named, ...nothing }]
    const secret = kind === kinds.secret.kind && apiVersion === kinds.secret.apiVersion
    if (first === undefined) {
      if (!secret)
        return [
          { change: 'create', ...named, ...nothing, digest: digestOf(canonicalJson(masked(wanted))), ...why },
        ]
      const keys = { ...dataOf(wanted, 'stringData'), ...dataOf(wanted, 'data') }
      return [
        {
          change: 'create',
          ...named,
          ...told(fieldChanges({ data: {} }, { data: keys }, true, patience)),
          ...why,
        },
      ]
    }
    const [before, after] = sides(first, now)
    if (isDeepStrictEqual(before, after)) return [{ change: 'stays', ...named, ...nothing }]
    return [{ change: 'change', ...named, ...told(fieldChanges(before, after, secret, patience)), ...why }]
  })
}

/** What a plan shows of it, and a digest of the rest: what moves there is another plan, too. */
function told({ fields, more, untold }: Differences): Pick<PlannedObject, 'fields' | 'more' | 'digest'> {
  return { fields, more, ...(untold.length === 0 ? {} : { digest: digestOf(canonicalJson(untold)) }) }
}

function dataOf(object: KubernetesObject, field: string) {
  const data = object[field]
  return isMapping(data) ? data : {}
}
