import * as z from 'zod'
import { printable } from '../../kernel/errors/index.ts'
import { fieldChange, fieldChanges, isMapping, type RenderedObject } from '../../kernel/objects/index.ts'

/** One Kubernetes object that differs. */
export const objectChange = z.strictObject({
  change: z.enum(['added', 'removed', 'changed']),
  kind: z.string(),
  /** Left out for what belongs to the whole cluster. */
  namespace: z.string().optional(),
  name: z.string(),
  /** At most 20 fields of a changed object; of a Secret the paths only. */
  fields: z.array(fieldChange),
  /** Fields that differ beyond those. */
  more: z.number().int().nonnegative(),
})

export type ObjectChange = z.infer<typeof objectChange>

/** A rendered object, and the namespace its release is installed into. */
export interface PlacedObject {
  readonly object: RenderedObject
  readonly namespace: string
}

/** Values looked at in one comparison: many times what real charts render to. */
const mostValues = 5_000_000

/** The objects that came, went or changed, by kind, namespace and name. */
export function objectChanges(old: readonly PlacedObject[], now: readonly PlacedObject[]): ObjectChange[] {
  const patience = { left: mostValues }
  const [before, after] = [byPlace(old), byPlace(now)]
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key): ObjectChange[] => {
    const [was, is] = [before.get(key), after.get(key)]
    const some = is ?? was
    if (some === undefined) return []
    const named = placeOf(some)
    if (was === undefined) return [{ change: 'added', ...named, fields: [], more: 0 }]
    if (is === undefined) return [{ change: 'removed', ...named, fields: [], more: 0 }]
    const secret = named.kind === 'Secret'
    const { fields, more } = fieldChanges(was.object.content, is.object.content, secret, patience)
    return fields.length === 0 ? [] : [{ change: 'changed', ...named, fields, more }]
  })
}

function byPlace(objects: readonly PlacedObject[]): Map<string, PlacedObject> {
  return new Map(
    objects.map(placed => {
      const { kind, namespace = '', name } = placeOf(placed)
      return [`${kind}\n${namespace}\n${name}`, placed]
    }),
  )
}

// Objects without a namespace are in that of the release, or in none; only the API server knows for certain which.
const ofTheCluster =
  /^Cluster\w|^(APIService|CSIDriver|CustomResourceDefinition|IngressClass|MutatingWebhookConfiguration|Namespace|PersistentVolume|PriorityClass|RuntimeClass|StorageClass|ValidatingAdmissionPolicy|ValidatingAdmissionPolicyBinding|ValidatingWebhookConfiguration)$/

function placeOf({ object, namespace }: PlacedObject): Pick<ObjectChange, 'kind' | 'namespace' | 'name'> {
  const { kind, title, content } = object
  const metadata = isMapping(content['metadata']) ? content['metadata'] : {}
  const said = metadata['namespace']
  const name = printable(title.slice(kind.length + 1))
  if (typeof said === 'string') return { kind: printable(kind), namespace: printable(said), name }
  return ofTheCluster.test(kind)
    ? { kind: printable(kind), name }
    : { kind: printable(kind), namespace, name }
}
