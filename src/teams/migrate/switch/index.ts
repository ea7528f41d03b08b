import { applyThroughWebhook, type Patience } from '../../../kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds, type Secret } from '../../../kernel/ports/index.ts'
import { isSameStore, type StoreRef, type Switchable } from './judge.ts'
import { differing, isRefreshed, secretDigests, untilSynced } from './synced.ts'
import { tryStore } from './trial.ts'

export {
  isSameStore,
  type Judged,
  judgeSwitches,
  type StoreRef,
  type Switchable,
  type SwitchName,
} from './judge.ts'
export { removeTrials } from './trial.ts'

/** Which store an ExternalSecret had before it was switched, as JSON. */
const beforeAnnotation = 'sealift.dev/store-before'
/** Milliseconds that the operator has: it answers in seconds, and what is not there does not come by waiting. */
const timeout = 30_000

/**
 * What came of it: `kept` has the store that it had before, and `why` says what was wrong with the other; of one that
 * had that store `already`, what the operator says where it cannot read from there.
 */
export type Switched =
  | { readonly state: 'switched'; readonly keys: number }
  | { readonly state: 'kept'; readonly why: string }
  | { readonly state: 'already'; readonly why?: string }

/**
 * Gives an ExternalSecret another store, once a twin has brought the same Secret from there, and proves that its own
 * Secret is then what it was; else it gets its old store back.
 * @param digest of a Secret's values @throws SealiftError CLUSTER_*
 */
export async function switchStore(
  switchable: Switchable,
  cluster: Cluster,
  digest: (value: Secret) => string,
  patience: Patience,
): Promise<Switched> {
  const { object, secret, from, to } = switchable
  const { namespace = '' } = object.metadata
  const read = async () => (await secretDigests(cluster, namespace, secret, digest)) ?? new Map()
  const waiting = { ...patience, timeout }
  if (isSameStore(from, to)) {
    const unsynced = isRefreshed(object) ? await untilSynced(cluster, object, waiting) : undefined
    return { state: 'already', ...(unsynced === undefined ? {} : { why: unsynced }) }
  }
  const before = await read()
  const different = await tryStore(switchable, before, cluster, digest, waiting)
  if (different !== undefined) return { state: 'kept', why: different }
  const applied = withStore(object, to, from)
  try {
    await applyThroughWebhook(cluster, applied, waiting)
    const why = await proven(applied)
    if (why === undefined) return { state: 'switched', keys: before.size }
    await putBack()
    // The operator brings what was there before; it is not said to be there before it is.
    const later = (await proven(withStore(object, from))) === undefined ? '' : `; ${notBack}`
    return { state: 'kept', why: `${why}${later}` }
  } catch (error) {
    // Also when it is interrupted: what is not proven does not stay.
    await putBack()
    throw error
  }

  async function proven(applied: KubernetesObject): Promise<string | undefined> {
    const unsynced = isRefreshed(object) ? await untilSynced(cluster, applied, waiting) : undefined
    const keys = differing(before, await read())
    return unsynced ?? (keys.length === 0 ? undefined : `brought ${keys.join(', ')} otherwise than before`)
  }

  async function putBack(): Promise<void> {
    await applyThroughWebhook(cluster, withStore(object, from), { clock: patience.clock, timeout })
  }
}

const notBack =
  'it has its old store again, and its Secret is not what it was yet: see what External Secrets Operator says of it'

/** No more of an ExternalSecret than its store: all else stays whose it is. */
function withStore(
  { metadata: { name, namespace = '' } }: KubernetesObject,
  secretStoreRef: StoreRef,
  before?: StoreRef,
): KubernetesObject {
  const annotations = before === undefined ? {} : { [beforeAnnotation]: JSON.stringify(before) }
  return { ...kinds.externalSecret, metadata: { name, namespace, annotations }, spec: { secretStoreRef } }
}
