import { isDeepStrictEqual } from 'node:util'
import { SealiftError } from '../../kernel/errors/index.ts'
import { fieldsOf } from '../../kernel/objects/index.ts'
import { isWebhookDown } from '../../kernel/owned/index.ts'
import {
  type Cluster,
  isTerminating,
  type Kind,
  type KubernetesObject,
  kinds,
} from '../../kernel/ports/index.ts'
import { redacted } from '../../kernel/workloads/index.ts'
import { meaning } from '../release/index.ts'
import { plannedObjects, type Seen } from './planned-objects.ts'
import type { PlannedObject } from './shape.ts'

/** A cluster on which the steps of an install are tried: what they write is asked about and remembered, never written. */
export interface Rehearsal {
  /** Reads see what was written to it before. */
  readonly cluster: Cluster
  /** Work on it from now on is of this step. */
  during(step: string): void
  /** Applies an object as a field manager would; one that names no namespace and wants one is in `namespace`. */
  put(object: KubernetesObject, manager: string, namespace?: string): Promise<KubernetesObject>
  /** Notes an object that stays as it is, without a dry run. */
  keep(object: KubernetesObject, namespace?: string): Promise<void>
  /** Notes what the site would refuse, in a sentence. */
  refuse(sentence: string): void
  /** What has become of every object, in the order in which they were written first. */
  objects(): PlannedObject[]
  /** What admission or RBAC has refused, in sentences. */
  readonly refused: readonly string[]
  /** What could not be asked, in sentences. */
  readonly unknown: readonly string[]
}

/**
 * Puts an overlay over a cluster. An apply becomes a dry run (server-side apply, dryRun=All), so that defaults and
 * admission are seen; in a namespace, or of a kind, that is not there yet, the object stands as it is rendered. A
 * refusal is noted and ends nothing. It sends no write: none of the cluster's own calls that write is ever made.
 */
export function rehearse(real: Cluster): Rehearsal {
  const seen = new Map<string, Seen>()
  const refused: string[] = []
  const unknown: string[] = []
  /** Definitions whose status would be another one by then: what the server says of them now says nothing. */
  const freed = new Set<string>()
  let [step, made] = ['', 0]

  const refuse = (sentence: string) => {
    if (!refused.includes(sentence)) refused.push(sentence)
  }
  const tell = (sentence: string) => {
    if (!unknown.includes(sentence)) unknown.push(sentence)
  }
  const keyOf = ({ apiVersion, kind }: Kind, name: string, namespace = '') =>
    [apiVersion.includes('/') ? apiVersion.split('/')[0] : '', kind, namespace, name].join(' ')
  /** Under its namespace, or under none: of what is rendered nobody knows which. */
  const find = (kind: Kind, name: string, namespace?: string) =>
    seen.get(keyOf(kind, name, namespace)) ?? seen.get(keyOf(kind, name))

  async function get(kind: Kind, name: string, namespace?: string) {
    const found = find(kind, name, namespace)
    return found === undefined ? await real.get(kind, name, namespace) : found.now
  }

  function note(object: KubernetesObject, given: Omit<Seen, 'first' | 'step'>, live?: KubernetesObject) {
    const { name, namespace } = object.metadata
    const key = keyOf(object, name, namespace)
    const before = seen.get(key)
    const first = before === undefined ? live : before.first
    seen.set(key, { step: before?.step ?? step, ...given, first })
  }

  /** Whether a namespace would be there by then, and is not now. */
  async function isNew(namespace: string | undefined): Promise<boolean> {
    if (namespace === undefined || find(kinds.namespace, namespace)?.now === undefined) return false
    const live = await real.get(kinds.namespace, namespace)
    return live === undefined || isTerminating(live)
  }

  /** Whether a definition that was written to the rehearsal will bring a kind. */
  function isComing({ apiVersion, kind }: Kind): boolean {
    return [...seen.values()].some(({ now }) => {
      if (now?.kind !== kinds.crd.kind) return false
      const { group, names } = fieldsOf(now['spec'])
      return fieldsOf(names)['kind'] === kind && apiVersion.split('/')[0] === group
    })
  }

  /** What an apply would make of an object; the object itself where nobody can be asked. */
  async function asked(object: KubernetesObject, manager: string, namespace: string | undefined) {
    const at = object.metadata.namespace ?? namespace
    const placed = (): KubernetesObject => ({
      ...object,
      metadata: { ...object.metadata, ...(at === undefined ? {} : { namespace: at }) },
    })
    const title = `${object.kind} ${at === undefined ? '' : `${at}/`}${object.metadata.name}`
    if (!(await real.serves(object))) {
      if (!isComing(object)) tell(`${title}: the cluster does not know its kind, ${object.apiVersion}`)
      return { after: object, note: 'as it is rendered: its kind is not there yet' }
    }
    try {
      return { after: await real.preview(object, manager, namespace) }
    } catch (error) {
      if (!(error instanceof SealiftError) || error.code === 'CLUSTER_UNREACHABLE') throw error
      const said = redacted([error.message, ...error.hints].join('; '), 700)
      if (await isNew(at))
        return { after: placed(), note: 'as it is rendered: its namespace is not there yet' }
      if (freed.has(keyOf(object, object.metadata.name)))
        return { after: placed(), note: 'as it is rendered: its objects are stored anew first' }
      if (isWebhookDown(error)) tell(`${title}: an admission webhook is not up: ${said}`)
      else refuse(`${title}: ${said}`)
      return { after: placed(), note: 'as it is rendered: the API server did not take it' }
    }
  }

  async function put(object: KubernetesObject, manager: string, namespace?: string) {
    const at = object.metadata.namespace ?? namespace
    const live = await get(object, object.metadata.name, at)
    const { after, note: why } = await asked(object, manager, namespace)
    const gone = isTerminating(live)
    const same = live !== undefined && !gone && isDeepStrictEqual(meaning(live), meaning(after))
    // The same version says that nothing was written, as a real apply's does.
    const version = same ? live.metadata['resourceVersion'] : `rehearsed-${++made}`
    const now = { ...after, metadata: { ...after.metadata, resourceVersion: version } }
    const words = gone ? 'it is being deleted, and is made anew' : why
    note(
      after,
      { now, wanted: object, ...(words === undefined ? {} : { note: words }) },
      gone ? undefined : live,
    )
    return now
  }

  const cluster: Cluster = {
    ...real,
    get,
    async list(kind, namespace, labelSelector) {
      const found = await real.list(kind, namespace, labelSelector)
      const known = found.map(({ metadata }) => keyOf(kind, metadata.name, metadata.namespace))
      const added = [...seen].flatMap(([key, { now, first }]) => {
        if (now === undefined || first !== undefined || known.includes(key) || labelSelector) return []
        const inPlace = namespace === undefined || now.metadata.namespace === namespace
        return inPlace && key.startsWith(keyOf(kind, '', '').trimEnd()) && now.kind === kind.kind ? [now] : []
      })
      const still = found.flatMap(object => {
        const over = find(object, object.metadata.name, object.metadata.namespace)
        return over === undefined ? [object] : over.now === undefined ? [] : [over.now]
      })
      return [...still, ...added]
    },
    apply: object => put(object, 'sealift'),
    create: object => put(object, 'sealift'),
    rewrite: async () => {},
    async patchStatus(object) {
      freed.add(keyOf(object, object.metadata.name))
      return object
    },
    preview: async (object, manager, namespace) => (await asked(object, manager, namespace)).after,
    async delete(kind, name, namespace) {
      const live = await get(kind, name, namespace)
      if (live !== undefined) note(live, { now: undefined, wanted: live }, live)
    },
  }
  return {
    cluster,
    put,
    refuse,
    refused,
    unknown,
    during: id => {
      step = id
    },
    async keep(object, namespace) {
      const { name, namespace: own = namespace } = object.metadata
      const live = await get(object, name, own)
      if (live !== undefined) note(live, { now: live, wanted: object }, live)
    },
    objects: () => plannedObjects([...seen.values()]),
  }
}
