import { isDeepStrictEqual } from 'node:util'
import { printable } from '../../kernel/errors/index.ts'
import { fieldsOf, isMapping, joinPath, jsonIn, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import { doubt, type Finding } from './finding.ts'

/** A field that somebody has set, and that an upgrade would set otherwise. */
export interface TakenField {
  /** `spec.template.spec.containers[name=infisical].image`. */
  readonly path: string
  /** Field manager: `kubectl-patch`. */
  readonly by: string
  /** When, as the API server noted it. */
  readonly at?: string
}

// Who applies releases, and Kubernetes' own: of K3s all controllers are one program.
const own = new Set([
  'helm',
  'sealift',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-apiserver',
  'kubelet',
  'k3s',
])

/**
 * The fields of an object that others own and an upgrade takes back (metadata.managedFields, meta/v1). What was written by
 * a subresource, as a scaling is, stands in nobody's way and is not among them.
 * @param after what a server-side apply by helm would make of it, conflicts taken over
 */
export function takenFields(live: KubernetesObject, after: KubernetesObject): TakenField[] {
  return mappingsOf(live.metadata['managedFields']).flatMap(entry => {
    const { manager = '', subresource = '', time } = textsIn(entry)
    if (own.has(manager) || subresource !== '') return []
    return changedPaths(fieldsOf(entry['fieldsV1']), live, after).map(path => ({
      ...{ path: printable(path, 200), by: printable(manager, 100) },
      ...(time === undefined ? {} : { at: printable(time) }),
    }))
  })
}

/** The fields that a set names and that differ (sigs.k8s.io/structured-merge-diff, fieldpath/serialize.go). */
function changedPaths(
  set: Readonly<Record<string, unknown>>,
  live: unknown,
  after: unknown,
  at = '',
): string[] {
  const below = Object.entries(set).filter(([key]) => key !== '.')
  if (below.length === 0) {
    // Of `.` alone an item is owned, and nothing in it.
    const same = '.' in set ? (live === undefined) === (after === undefined) : isDeepStrictEqual(live, after)
    return same || at === '' ? [] : [at]
  }
  return below.flatMap(([key, rest]) => {
    const step = stepOf(key)
    if (step === undefined) return []
    return changedPaths(fieldsOf(rest), step.in(live), step.in(after), step.path(at))
  })
}

interface Step {
  readonly in: (value: unknown) => unknown
  readonly path: (parent: string) => string
}

/** `f:` a field, `k:` an item of a list by its keys, `v:` a value in a set, `i:` an item by its place. */
function stepOf(key: string): Step | undefined {
  const [mark, rest] = [key.slice(0, 2), key.slice(2)]
  if (mark === 'f:') return { in: value => fieldsOf(value)[rest], path: parent => joinPath(parent, rest) }
  const wanted = mark === 'k:' || mark === 'v:' || mark === 'i:' ? jsonIn(rest) : undefined
  if (wanted === undefined) return undefined
  const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
  if (mark === 'i:') return { in: value => items(value)[Number(rest)], path: parent => `${parent}[${rest}]` }
  if (mark === 'v:')
    return {
      in: value => items(value).find(item => isDeepStrictEqual(item, wanted)),
      path: parent => `${parent}[]`,
    }
  if (!isMapping(wanted)) return undefined
  const keys = Object.entries(wanted)
  const words = keys.map(([name, value]) => `${name}=${String(value)}`).join(',')
  return {
    in: value =>
      items(value).find(item => keys.every(([name, one]) => isDeepStrictEqual(fieldsOf(item)[name], one))),
    path: parent => `${parent}[${words}]`,
  }
}

const shown = 8

/** What is said of one object's taken fields; nothing where none is taken. */
export function judgeTaken(object: KubernetesObject, taken: readonly TakenField[]): Finding[] {
  if (taken.length === 0) return []
  const { name, namespace } = object.metadata
  const title = printable(`${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`)
  const words = taken.map(({ path, by, at }) => `${path} (${by}${at === undefined ? '' : `, ${at}`})`)
  const more = words.length > shown ? `, and ${words.length - shown} more` : ''
  return [
    doubt(
      printable(`owned-fields/${object.kind}/${name}`, 300),
      `${title}: the upgrade takes back what others have set: ${words.slice(0, shown).join(', ')}${more}`,
      'put what is needed of it into the values of the bundle, or do it again afterwards; a rollback takes it back as well',
    ),
  ]
}
