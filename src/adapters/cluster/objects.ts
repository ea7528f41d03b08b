import { fieldsOf, type Mapping, mappingsOf } from '../../kernel/objects/index.ts'
import { type Cluster, type Kind, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { objectIn } from './answered.ts'
import type { Api } from './api.ts'
import type { Call } from './call.ts'
import { waitUntilGone } from './deletion.ts'
import type { Discovery, Resource } from './discovery.ts'
import { failed } from './faults.ts'

/** The part of the port that treats every kind of object alike. */
export type Objects = Pick<
  Cluster,
  | 'get'
  | 'list'
  | 'apply'
  | 'scale'
  | 'preview'
  | 'rewrite'
  | 'patchStatus'
  | 'create'
  | 'delete'
  | 'releaseFinalizer'
>

const pageSize = 500
// No cluster of the kind that Sealift is for has as many; a server that sends pages without end would.
const mostObjects = 200_000

/**
 * An owner goes after what it owns. But a custom resource goes at once: the collector that has to let it go looks
 * for new CRDs only every 30 s, and would hold it for so long after an install.
 */
function propagation({ apiVersion }: Kind): string {
  return /^[^./]+(\/|$)|\.k8s\.io\//.test(apiVersion) ? 'Foreground' : 'Background'
}

/** The path of a resource, of one object when a name is given, and the same in words for messages. */
function place({ root, plural, namespaced }: Resource, name?: string, namespace?: string) {
  const within = namespaced ? namespace : undefined
  const parts = [
    ...(within ? ['namespaces', encodeURIComponent(within)] : []),
    plural,
    ...(name ? [encodeURIComponent(name)] : []),
  ]
  return { path: `${root}/${parts.join('/')}`, resource: plural, name, namespace: within }
}

/** The object that an answer is. @throws SealiftError CLUSTER_FAILED for one without a name */
function wholeOf(call: Call, answer: Mapping): KubernetesObject {
  const object = objectIn(answer)
  if (object !== undefined) return object
  throw failed(
    `cannot ${call.verb} ${call.resource}: the cluster answered with an object whose metadata.name is none`,
  )
}

/** Objects by discovery and plain JSON, custom resources like any other. */
export function createObjects(api: Api, discovery: Discovery): Objects {
  async function get(kind: Kind, name: string, namespace = 'default') {
    const resource = await discovery.find(kind)
    if (!resource) return undefined
    const call: Call = { method: 'GET', verb: 'get', ...place(resource, name, namespace) }
    const answer = await api.find(call)
    return answer && wholeOf(call, answer)
  }

  async function list(kind: Kind, namespace?: string, labelSelector?: string) {
    const resource = await discovery.find(kind)
    const found: KubernetesObject[] = []
    const named: Kind = { apiVersion: kind.apiVersion, kind: kind.kind }
    let seen = 0
    let next: string | undefined
    while (resource) {
      const query = new URLSearchParams({ limit: String(pageSize) })
      if (labelSelector) query.set('labelSelector', labelSelector)
      if (next) query.set('continue', next)
      const at = place(resource, undefined, namespace)
      const page = await api.json({
        method: 'GET',
        verb: 'list',
        ...at,
        path: `${at.path}?${query}`,
      })
      // Items of a list come without their kind.
      const items = mappingsOf(page['items'])
      // Pages but the last are full; those that are not must not go on for ever.
      seen += Math.max(items.length, pageSize)
      found.push(...items.flatMap(item => objectIn({ ...item, ...named }) ?? []))
      const { continue: more } = fieldsOf(page['metadata'])
      next = typeof more === 'string' ? more : undefined
      if (!next) break
      if (seen > mostObjects) throw failed(`the cluster has more than ${mostObjects} ${kind.kind}s`)
    }
    return found
  }

  async function patch(
    object: KubernetesObject,
    query: Readonly<Record<string, string>>,
    namespace = 'default',
  ) {
    const resource = await discovery.require(object)
    const at = place(resource, object.metadata.name, object.metadata.namespace ?? namespace)
    // JSON is YAML; the type is what makes the patch an apply.
    const contentType = 'application/apply-patch+yaml'
    const path = `${at.path}?${new URLSearchParams({ force: 'true', ...query })}`
    const call: Call = { method: 'PATCH', verb: 'patch', ...at, path, body: object, contentType }
    return wholeOf(call, await api.json(call))
  }

  const apply = (object: KubernetesObject) => patch(object, { fieldManager: 'sealift' })
  const preview = (object: KubernetesObject, fieldManager: string, namespace?: string) =>
    patch(object, { fieldManager, dryRun: 'All' }, namespace)

  const merging = { method: 'PATCH', verb: 'patch', contentType: 'application/merge-patch+json' } as const

  async function rewrite(kind: Kind, name: string, namespace = 'default') {
    const resource = await discovery.find(kind)
    // A patch of nothing goes the way of every update, and what is stored otherwise is written.
    if (resource) await api.find({ ...merging, ...place(resource, name, namespace), body: {} })
  }

  async function patchStatus({ apiVersion, kind, metadata, status }: KubernetesObject) {
    const { name, namespace = 'default', resourceVersion } = metadata
    const resource = await discovery.require({ apiVersion, kind })
    const at = place(resource, name, namespace)
    const body = { metadata: resourceVersion === undefined ? {} : { resourceVersion }, status }
    const call: Call = {
      ...merging,
      ...at,
      resource: `${at.resource}/status`,
      path: `${at.path}/status`,
      body,
    }
    return wholeOf(call, await api.json(call))
  }

  async function create(object: KubernetesObject) {
    const resource = await discovery.require(object)
    const { name, namespace = 'default' } = object.metadata
    const { path } = place(resource, undefined, namespace)
    const at = { ...place(resource, name, namespace), path: `${path}?fieldManager=sealift` }
    const call: Call = { method: 'POST', verb: 'create', ...at, body: object }
    return wholeOf(call, await api.json(call))
  }

  async function scale(namespace: string, deployment: string, replicas: number) {
    const resource = await discovery.require(kinds.deployment)
    const at = place(resource, deployment, namespace)
    await api.json({
      ...{ method: 'PATCH', verb: 'patch', ...at, resource: `${at.resource}/scale` },
      path: `${at.path}/scale?fieldManager=sealift-scale`,
      ...{ body: { spec: { replicas } }, contentType: 'application/merge-patch+json' },
    })
  }

  async function remove(kind: Kind, name: string, namespace = 'default', timeoutSeconds = 120) {
    const resource = await discovery.find(kind)
    if (!resource) return
    const at = place(resource, name, namespace)
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: propagation(kind) }
    const doomed = await get(kind, name, namespace)
    if (!doomed) return
    await api.find({ method: 'DELETE', verb: 'delete', ...at, body })
    await waitUntilGone(doomed, () => get(kind, name, namespace), timeoutSeconds)
  }

  async function releaseFinalizer(object: KubernetesObject, finalizer: string) {
    const { name, namespace = 'default' } = object.metadata
    const found = (await get(object, name, namespace))?.metadata['finalizers']
    const index = Array.isArray(found) ? found.indexOf(finalizer) : -1
    if (index === -1) return
    const path = `/metadata/finalizers/${index}`
    // Nothing but that one: its controller may write the object meanwhile (RFC 6902).
    const body = [
      { op: 'test', path, value: finalizer },
      { op: 'remove', path },
    ]
    const at = place(await discovery.require(object), name, namespace)
    await api.find({
      method: 'PATCH',
      verb: 'patch',
      ...at,
      body,
      contentType: 'application/json-patch+json',
    })
  }

  const whole = { get, list, apply, scale, preview, create, delete: remove }
  return { ...whole, rewrite, patchStatus, releaseFinalizer }
}
