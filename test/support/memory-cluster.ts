/** The Cluster port in memory, for tests of rooms; held to the same contract as the real adapter. */
import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { SealiftError } from '../../src/kernel/errors/index.ts'
import { fieldsOf } from '../../src/kernel/objects/index.ts'
import type {
  Cluster,
  ContainerPeak,
  ContainerUsage,
  Kind,
  KubernetesObject,
} from '../../src/kernel/ports/index.ts'
import { matches } from './label-selector.ts'
import { isNamespaced } from './memory-kinds.ts'
import { merged } from './server-side-apply.ts'

/** What a test decides about the cluster; all of it may be changed while it is used. */
export interface Behaviour {
  version: string
  /** As whom it knows whoever asks. */
  user: string | undefined
  usage: ContainerUsage[]
  peaks: ContainerPeak[]
  /** Logs by `namespace/pod/container`; of the run before with `/previous` behind it. A line begins with its time where it is asked for. */
  logs: Record<string, string>
  /** Where services lead, by `namespace/service:port`. */
  services: Record<string, { host: string; port: number }>
  /** Calls that RBAC denies. */
  denies: (verb: string, kind: Kind, namespace?: string) => boolean
  /** Kinds that this API server has not, though others do. */
  lacks: (kind: Kind) => boolean
  /** Admission: throws to refuse what is previewed. */
  admit: (object: KubernetesObject) => void
  /** A controller, or a webhook: sees every object that is applied or created, may write others or refuse it. */
  react: (object: KubernetesObject, cluster: MemoryCluster) => Promise<void> | void
  /** Told of every object that is stored anew as it is. */
  rewritten: (object: KubernetesObject) => Promise<void> | void
  /** A controller that holds objects by finalizers: sees every one that is to go, and may let it. */
  letGo: (object: KubernetesObject, cluster: MemoryCluster) => Promise<void> | void
}

/** A cluster in memory, with what the test may change or look at. */
export interface MemoryCluster extends Cluster {
  readonly behaviour: Behaviour
  /** Every object, in the order of creation. */
  objects(): KubernetesObject[]
  /** A server-side apply by somebody else: helm, an operator. */
  applyAs(manager: string, object: KubernetesObject): Promise<KubernetesObject>
}

interface Stored {
  object: KubernetesObject
  /** What each field manager applied last; its fields are that manager's. */
  readonly applied: ReadonlyMap<string, KubernetesObject>
}

const namespaceKind = { apiVersion: 'v1', kind: 'Namespace' }

const failed = (message: string) => new SealiftError('CLUSTER_FAILED', message)

/** An empty cluster with the namespaces `default` and `kube-system`. */
export function memoryCluster(given: Partial<Behaviour> = {}): MemoryCluster {
  const behaviour: Behaviour = {
    version: 'v1.35.4',
    user: 'system:admin',
    usage: [],
    peaks: [],
    logs: {},
    services: {},
    denies: () => false,
    lacks: () => false,
    admit: () => {},
    react: () => {},
    rewritten: () => {},
    letGo: () => {},
    ...given,
  }
  const stored = new Map<string, Stored>()
  let revision = 0

  const namespaced = (kind: Kind) =>
    behaviour.lacks(kind)
      ? undefined
      : isNamespaced(
          kind,
          [...stored.values()].map(({ object }) => object),
        )
  const within = (kind: Kind, namespace = 'default') => (namespaced(kind) ? namespace : '')
  const key = (kind: Kind, name: string, namespace?: string) =>
    [kind.apiVersion.split('/').at(-2) ?? '', kind.kind, within(kind, namespace), name].join(' ')

  function allow(verb: string, kind: Kind, namespace?: string) {
    const where = within(kind, namespace) || undefined
    if (!behaviour.denies(verb, kind, where)) return
    const place = where ? ` in namespace ${where}` : ''
    throw new SealiftError('CLUSTER_DENIED', `not allowed to ${verb} ${kind.kind}${place}`)
  }

  function requireNamespace({ kind, apiVersion, metadata: { name, namespace } }: KubernetesObject) {
    const place = within({ kind, apiVersion }, namespace)
    if (place && !stored.has(key(namespaceKind, place)))
      throw failed(`cannot write ${kind} ${place}/${name}: namespaces "${place}" not found`)
  }

  async function store(
    object: KubernetesObject,
    applied: ReadonlyMap<string, KubernetesObject> = new Map(),
  ): Promise<KubernetesObject> {
    requireNamespace(object)
    const { name, namespace } = object.metadata
    const place = within(object, namespace)
    const metadata = {
      creationTimestamp: new Date().toISOString(),
      uid: randomUUID(),
      ...object.metadata,
      ...(place ? { namespace: place } : {}),
      resourceVersion: String(++revision),
    }
    const whole = { ...object, metadata }
    const held = (whole.metadata as { finalizers?: string[] }).finalizers ?? []
    if ('deletionTimestamp' in whole.metadata && held.length === 0) {
      drop(object, name, namespace)
      return whole
    }
    const at = key(object, name, namespace)
    const before = stored.get(at)
    stored.set(at, { object: whole, applied })
    try {
      await behaviour.react(structuredClone(whole), cluster)
    } catch (refusal) {
      // An admission webhook's: nothing is stored.
      if (before === undefined) stored.delete(at)
      else stored.set(at, before)
      throw refusal
    }
    return structuredClone(stored.get(at)?.object ?? whole)
  }

  function known(object: KubernetesObject) {
    if (namespaced(object) !== undefined) return
    throw failed(`the cluster does not know the kind ${object.kind} of ${object.apiVersion}`)
  }

  function drop(kind: Kind, name: string, namespace?: string) {
    stored.delete(key(kind, name, namespace))
    for (const [other, { object }] of stored) {
      if (kind.kind === 'Namespace' && object.metadata.namespace === name) stored.delete(other)
    }
  }

  /** What an apply would make of an object; nothing is stored. */
  function patched(object: KubernetesObject, manager: string) {
    allow('patch', object, object.metadata.namespace)
    known(object)
    requireNamespace(object)
    const { metadata, ...rest } = structuredClone(object)
    const { resourceVersion: wanted, ...kept } = metadata
    const own: KubernetesObject = { ...rest, metadata: kept }
    const before = stored.get(key(own, metadata.name, metadata.namespace))
    if (before && wanted !== undefined && wanted !== before.object.metadata['resourceVersion'])
      throw failed(`cannot patch ${own.kind} ${metadata.name}: the object has been modified`)
    const next = before ? merged(before.object, before.applied.get(manager), own) : own
    return { before, next, own }
  }

  const cluster: MemoryCluster = {
    behaviour,
    objects: () => [...stored.values()].map(({ object }) => structuredClone(object)),
    info: async () => ({ server: 'memory', version: behaviour.version }),
    user: async () => behaviour.user,
    serves: async kind => namespaced(kind) !== undefined,
    async get(kind, name, namespace) {
      allow('get', kind, namespace)
      return structuredClone(stored.get(key(kind, name, namespace))?.object)
    },
    async list(kind, namespace, labelSelector = '') {
      allow('list', kind, namespace)
      const place = namespaced(kind) ? namespace : undefined
      const found = [...stored].filter(
        ([
          at,
          {
            object: { metadata },
          },
        ]) => {
          const right = at === key(kind, metadata.name, metadata.namespace)
          return right && (!place || metadata.namespace === place) && matches(labelSelector, metadata.labels)
        },
      )
      return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { object }]) => structuredClone(object))
    },
    apply: object => cluster.applyAs('sealift', object),
    async applyAs(manager, object) {
      const { before, next, own } = patched(object, manager)
      if (before && isDeepStrictEqual(before.object, next)) return structuredClone(next)
      return store(next, new Map([...(before?.applied ?? []), [manager, own]]))
    },
    async preview(object, manager, namespace) {
      const { name, namespace: own = namespace, ...metadata } = object.metadata
      const place = own && namespaced(object) ? { namespace: own } : {}
      const placed = { ...object, metadata: { name, ...metadata, ...place } }
      const { next } = patched(placed, manager)
      behaviour.admit(structuredClone(next))
      return next
    },
    async scale(namespace, deployment, replicas) {
      const kind = { apiVersion: 'apps/v1', kind: 'Deployment' }
      allow('patch', kind, namespace)
      const before = stored.get(key(kind, deployment, namespace))
      if (before === undefined) throw failed(`cannot patch deployments/scale ${deployment}: not found`)
      const spec = { ...(before.object['spec'] as object), replicas }
      await store({ ...before.object, spec }, before.applied)
    },
    async rewrite(kind, name, namespace) {
      allow('patch', kind, namespace)
      const found = stored.get(key(kind, name, namespace))
      if (found) await behaviour.rewritten(structuredClone(found.object))
    },
    async patchStatus({ apiVersion, kind, metadata, status }) {
      allow('patch', { apiVersion, kind }, metadata.namespace)
      const found = stored.get(key({ apiVersion, kind }, metadata.name, metadata.namespace))
      const version = metadata['resourceVersion'] ?? found?.object.metadata['resourceVersion']
      if (!found || version !== found.object.metadata['resourceVersion'])
        throw failed(
          `cannot patch ${kind} ${metadata.name}: ${found ? 'the object has been modified' : 'not found'}`,
        )
      const set = { ...fieldsOf(found.object['status']), ...fieldsOf(status) }
      return store({ ...found.object, status: set }, found.applied)
    },
    async create(object) {
      allow('create', object, object.metadata.namespace)
      known(object)
      const { name, namespace } = object.metadata
      if (stored.has(key(object, name, namespace))) {
        throw failed(`cannot create ${object.kind} ${name}: it already exists`)
      }
      return store(structuredClone(object))
    },
    async delete(kind, name, namespace, timeoutSeconds = 120) {
      allow('delete', kind, namespace)
      const doomed = stored.get(key(kind, name, namespace))
      if (!doomed) return
      const finalizers = (doomed.object.metadata['finalizers'] ?? []) as string[]
      if (finalizers.length === 0) return drop(kind, name, namespace)
      const metadata = { ...doomed.object.metadata, deletionTimestamp: new Date().toISOString() }
      doomed.object = { ...doomed.object, metadata }
      await behaviour.letGo(structuredClone(doomed.object), cluster)
      if (!stored.has(key(kind, name, namespace))) return
      const held = `held by finalizers ${finalizers.join(', ')}`
      throw failed(`${kind.kind} ${name} is still being deleted after ${timeoutSeconds} s: ${held}`)
    },
    async releaseFinalizer({ apiVersion, kind, metadata: { name, namespace } }, finalizer) {
      const of = { apiVersion, kind }
      allow('patch', of, namespace)
      const before = stored.get(key(of, name, namespace))
      const had = (before?.object.metadata['finalizers'] ?? []) as string[]
      if (before === undefined || !had.includes(finalizer)) return
      const finalizers = had.filter(one => one !== finalizer)
      await store({ ...before.object, metadata: { ...before.object.metadata, finalizers } }, before.applied)
    },
    usage: async () => [...behaviour.usage],
    peaks: async () => [...behaviour.peaks],
    async timedLog({ namespace, pod, container }, run, most, since) {
      const whole = await cluster.logs(namespace, pod, container, Number.MAX_SAFE_INTEGER, run)
      const from = since === undefined ? '' : since.toISOString().slice(0, 19)
      const lines = whole.split(/(?<=\n)/).filter(line => line.slice(0, 19) >= from)
      return Buffer.from(lines.join('')).subarray(0, most).toString('utf8')
    },
    async logs(namespace, pod, container, lines, run) {
      const place = `${namespace}/${pod}/${container}`
      const log = behaviour.logs[run === 'previous' ? `${place}/previous` : place] ?? ''
      const spec = stored.get(key({ apiVersion: 'v1', kind: 'Pod' }, pod, namespace))?.object['spec']
      const { containers = [], initContainers = [] } = (spec ?? {}) as Record<string, { name: string }[]>
      if (![...containers, ...initContainers].some(({ name }) => name === container))
        throw failed(`cannot get pods/log ${namespace}/${pod}: not found`)
      return log
        .split(/(?<=\n)/)
        .slice(-lines)
        .join('')
    },
    async forwardService(namespace, service, port) {
      const target = behaviour.services[`${namespace}/${service}:${port}`]
      if (!target) throw failed(`no pod behind service ${namespace}/${service} is ready`)
      return { ...target, close: async () => {} }
    },
  }
  for (const name of ['default', 'kube-system']) {
    const metadata = { name, uid: randomUUID() }
    stored.set(key(namespaceKind, name), { object: { ...namespaceKind, metadata }, applied: new Map() })
  }
  return cluster
}
