import * as z from 'zod'
import { count, messageOf, printable } from '../../kernel/errors/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import type { Note } from './found.ts'
import { group, movedKinds } from './objects.ts'

/** A kind of External Secrets Operator's of which a cluster may keep objects as `v1beta1`. */
export const storedKind = z.strictObject({
  kind: z.string(),
  /** `status.storedVersions` of its definition: versions in which objects may be kept. */
  storedVersions: z.array(z.string()),
  /** How many there are. */
  objects: z.int(),
  /** How many were written anew. */
  written: z.int(),
})
export type StoredKind = z.infer<typeof storedKind>

/**
 * Finds what a cluster may keep as `v1beta1`, and who still applies it so. An API server keeps an object in the version
 * that was current when it was written last, and takes no definition that has lost a version in which it keeps some.
 * With `write` each is written anew, as it is: an apply that says nothing changes nothing but that (seen with 1.35).
 * @throws SealiftError CLUSTER_*
 */
export async function storedIn(
  cluster: Cluster,
  write: boolean,
): Promise<{ kinds: StoredKind[]; notes: Note[] }> {
  const found: StoredKind[] = []
  const notes: Note[] = []
  for (const crd of await cluster.list(kinds.crd)) {
    const { names, versions } = fieldsOf(crd['spec'])
    const { kind = '' } = textsIn(names)
    const { storedVersions: listed } = fieldsOf(crd['status'])
    const storedVersions = Array.isArray(listed) ? listed.filter(one => typeof one === 'string') : []
    if (fieldsOf(crd['spec'])['group'] !== group || !movedKinds.includes(kind)) continue
    const where = `CustomResourceDefinition ${crd.metadata.name}`
    const isServed = mappingsOf(versions).some(({ name, served }) => name === 'v1' && served !== false)
    if (!isServed) {
      const text = `it does not serve ${group}/v1: install a release of External Secrets Operator that does (0.16 or later), then run it again`
      notes.push({ where, kind: 'left', text })
      continue
    }
    const objects = await cluster.list({ apiVersion: `${group}/v1`, kind })
    notes.push(...objects.flatMap(writtenByOthers))
    if (!storedVersions.includes('v1beta1')) continue
    const written = write ? await writeAll(objects, cluster, notes) : 0
    found.push({ kind, storedVersions, objects: objects.length, written })
    const patch = `kubectl patch crd ${crd.metadata.name} --subresource=status --type=merge -p '{"status":{"storedVersions":["v1"]}}'`
    const kept = `it may keep ${count(objects.length, 'object')} as v1beta1, and no definition without that is taken`
    const done = `all ${objects.length} are kept as v1 now; say so, or no definition without v1beta1 is taken: ${patch}`
    if (!write) notes.push({ where, kind: 'left', text: `${kept}: --write writes them anew` })
    else if (written === objects.length) notes.push({ where, kind: 'left', text: done })
  }
  return { kinds: found, notes }
}

async function writeAll(
  objects: readonly KubernetesObject[],
  cluster: Cluster,
  notes: Note[],
): Promise<number> {
  let written = 0
  for (const object of objects) {
    const where = nameOf(object)
    // An apply that says nothing takes away what the same manager has said before.
    if (managersOf(object).some(({ manager, operation }) => manager === 'sealift' && operation === 'Apply')) {
      written++
      continue
    }
    const { apiVersion, kind, metadata } = object
    const { name, namespace, resourceVersion } = metadata
    const place = namespace === undefined ? {} : { namespace }
    try {
      await cluster.apply({ apiVersion, kind, metadata: { name, ...place, resourceVersion } })
      written++
    } catch (error) {
      const text = `it could not be written anew: ${printable(messageOf(error), 300)}`
      notes.push({ where, kind: 'left', text })
    }
  }
  return written
}

const managersOf = (object: KubernetesObject) => mappingsOf(object.metadata['managedFields']).map(textsIn)

const nameOf = ({ kind, metadata: { namespace, name } }: KubernetesObject) =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`

/** Who has written an object as `v1beta1` last: there is a manifest of it somewhere. */
function writtenByOthers(object: KubernetesObject): Note[] {
  const names = managersOf(object)
    .filter(({ apiVersion }) => apiVersion === `${group}/v1beta1`)
    .map(({ manager = '' }) => printable(manager, 100))
  if (names.length === 0) return []
  const who = [...new Set(names)].join(', ')
  const text = `${who} has written it as v1beta1: where its manifest is, it must say v1 before it is applied again`
  return [{ where: nameOf(object), kind: 'told', text }]
}
