import { isDeepStrictEqual } from 'node:util'
import { type Cluster, isTerminating, type KubernetesObject } from '../../kernel/ports/index.ts'
import { covers } from '../wire/index.ts'
import { ownObjects, type ReleaseName } from './own-objects.ts'

/** What {@link differences} compares. */
export interface Compared extends ReleaseName {
  /** YAML of what an upgrade would apply. */
  readonly wanted: string
  /** YAML of what the deployed revision was made of. */
  readonly deployed: string
}

/**
 * What an upgrade would change on the cluster, a few words for each object; empty where all is as it would make it.
 * A time of day in an annotation, which a chart renders anew each time, is no difference. Where a live object does not
 * plainly say what is wanted, the API server is asked what an apply would make of it.
 * @throws SealiftError CLUSTER_*, YAMLException
 */
export async function differences(
  cluster: Pick<Cluster, 'get' | 'preview'>,
  { wanted, deployed, ...name }: Compared,
): Promise<string[]> {
  const next = ownObjects(wanted, name)
  const before = new Map(ownObjects(deployed, name).map(object => [keyOf(object, name), object]))
  const found = next.map(async object => {
    const old = before.get(keyOf(object, name))
    const what = await differenceOf(cluster, object, old, name)
    return what === undefined ? [] : [`${object.kind} ${object.metadata.name} ${what}`]
  })
  const gone = unwanted({ wanted, deployed, ...name })
  return [
    ...(await Promise.all(found)).flat(),
    ...gone.map(({ kind, metadata }) => `${kind} ${metadata.name} is no longer wanted`),
  ]
}

/** The objects of the deployed revision that an upgrade would delete. @throws YAMLException */
export function unwanted({ wanted, deployed, ...name }: Compared): KubernetesObject[] {
  const kept = new Set(ownObjects(wanted, name).map(object => keyOf(object, name)))
  return ownObjects(deployed, name).filter(object => !kept.has(keyOf(object, name)))
}

async function differenceOf(
  cluster: Pick<Cluster, 'get' | 'preview'>,
  wanted: KubernetesObject,
  deployed: KubernetesObject | undefined,
  { namespace }: ReleaseName,
): Promise<string | undefined> {
  const live = await cluster.get(wanted, wanted.metadata.name, wanted.metadata.namespace ?? namespace)
  if (live === undefined) return 'is not there'
  if (isTerminating(live)) return 'is being deleted'
  const same = deployed !== undefined && isDeepStrictEqual(timeless(deployed), timeless(wanted))
  if (same && covers(timeless(live), timeless(wanted))) return undefined
  return (await wouldChange(cluster, live, wanted, fieldManager, namespace)) ? 'differs' : undefined
}

/**
 * Whether an apply as a field manager would change what a live object means; the API server is asked. One that names
 * no namespace and wants one is in `namespace`. @throws SealiftError CLUSTER_*
 */
export async function wouldChange(
  cluster: Pick<Cluster, 'preview'>,
  live: KubernetesObject,
  wanted: KubernetesObject,
  manager: string,
  namespace?: string,
): Promise<boolean> {
  return !isDeepStrictEqual(meaning(await cluster.preview(wanted, manager, namespace)), meaning(live))
}

/** As whom helm 4 applies objects (pkg/kube, ManagedFieldsManager). */
export const fieldManager = 'helm'

function keyOf({ apiVersion, kind, metadata }: KubernetesObject, name: ReleaseName): string {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : ''
  return [group, kind, metadata.namespace ?? name.namespace, metadata.name].join(' ')
}

/**
 * What an object means: without what every write changes, what a controller may have written between two looks, and
 * times of day in its annotations.
 */
export function meaning({ status: _status, ...object }: KubernetesObject): unknown {
  const { managedFields: _, resourceVersion: __, generation: ___, ...metadata } = object.metadata
  return timeless({ ...object, metadata })
}

// A date, a time of day, and nothing else: `2026-11-29 UTC 16:00:01`, RFC 3339, RFC 1123, and as Go prints a time. What
// only has a time in it, a schedule or a piece of configuration, means something.
const year = String.raw`(?=.*(?:^|[\s/-])\d{4}(?:[\s/-]|$))`
const word =
  '(?:[TZm]|[A-Z]{3,5}|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Ju[nl]|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6})'
const moment = new RegExp(
  String.raw`^${year}(?=.*\d{1,2}:\d{2}:\d{2})(?:[\d\s:.,/+=-]|(?<![A-Za-z])${word}(?![A-Za-z]))+$`,
)

/** The same with every time of day taken out of its annotations, at any depth. */
function timeless(value: unknown, within = ''): unknown {
  if (Array.isArray(value)) return value.map(item => timeless(item))
  if (typeof value === 'string') return within === 'annotations' && moment.test(value) ? 'a time' : value
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      timeless(item, typeof item === 'string' ? within : key),
    ]),
  )
}
