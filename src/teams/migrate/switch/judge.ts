import { isManaged } from '../../../kernel/access/index.ts'
import { fieldsOf, mappingsOf } from '../../../kernel/objects/index.ts'
import { isReady } from '../../../kernel/owned/index.ts'
import { type Cluster, isTerminating, type KubernetesObject, kinds } from '../../../kernel/ports/index.ts'
import { nearest } from '../../../kernel/yaml/index.ts'
import { type Environment, storeOf } from '../store.ts'

/** An ExternalSecret by its namespace and name; or the Secret that one makes. */
export interface SwitchName {
  readonly namespace: string
  readonly name: string
}

/** A store as `spec.secretStoreRef` names it. */
export interface StoreRef {
  readonly kind: string
  readonly name: string
}

/** An ExternalSecret whose store can be switched, or is the one that is wanted. */
export interface Switchable {
  readonly object: KubernetesObject
  /** Name of the Secret that it makes. */
  readonly secret: string
  readonly from: StoreRef
  readonly to: StoreRef
}

/** What was judged: something to switch, or why it cannot be. */
export type Judged = { readonly of: SwitchName } & (
  | { readonly switchable: Switchable }
  | { readonly cannot: string }
)

/** Looks whether ExternalSecrets can take an environment's store. Changes nothing. @throws SealiftError CLUSTER_* */
export async function judgeSwitches(
  names: readonly SwitchName[],
  environment: Environment,
  cluster: Cluster,
): Promise<Judged[]> {
  if (names.length === 0) return []
  const store = await cluster.get(kinds.clusterSecretStore, storeOf(environment))
  return await Promise.all(
    names.map(async (of): Promise<Judged> => {
      const judged = await judge(of, environment, store, cluster)
      return typeof judged === 'string' ? { of, cannot: judged } : { of, switchable: judged }
    }),
  )
}

async function judge(
  of: SwitchName,
  environment: Environment,
  store: KubernetesObject | undefined,
  cluster: Cluster,
): Promise<Switchable | string> {
  const all = await cluster.list(kinds.externalSecret, of.namespace)
  const object =
    all.find(({ metadata }) => metadata.name === of.name) ?? all.find(found => secretOf(found) === of.name)
  if (object === undefined) {
    const guess = nearest(
      of.name,
      all.map(({ metadata }) => metadata.name),
    )
    return `namespace ${of.namespace} has no ExternalSecret of that name, and none that makes such a Secret${guess ? `; did you mean ${guess}?` : ''}`
  }
  const from = refOf(object)
  const to = { kind: 'ClusterSecretStore', name: storeOf(environment) }
  if (from === undefined) return 'has no store of its own in spec.secretStoreRef'
  const switchable = { object, secret: secretOf(object), from, to }
  if (isSameStore(from, to)) return switchable
  const why = storeFault(store, of.namespace, to.name) ?? objectFault(object)
  if (why !== undefined) return why
  const secret = await cluster.get(kinds.secret, switchable.secret, of.namespace)
  return secret === undefined
    ? `has made no Secret ${switchable.secret} yet: there is nothing to compare with`
    : switchable
}

function storeFault(
  store: KubernetesObject | undefined,
  namespace: string,
  name: string,
): string | undefined {
  if (store === undefined)
    return `there is no store ${name}: sealift stores apply makes it, in layout store-per-environment`
  if (!isReady(store)) return `store ${name} is not ready: sealift stores plan says why`
  const conditions = mappingsOf(fieldsOf(store['spec'])['conditions'])
  const lists = conditions.map(({ namespaces }) => namespaces)
  const byName = lists.length > 0 && lists.every(list => Array.isArray(list))
  return byName && !lists.some(list => (list as unknown[]).includes(namespace))
    ? `store ${name} does not serve namespace ${namespace}: add it in the tenancy file, and run sealift stores apply`
    : undefined
}

function objectFault(object: KubernetesObject): string | undefined {
  const { target, data, dataFrom } = fieldsOf(object['spec'])
  if (isTerminating(object)) return 'is on its way out'
  if (isManaged(object) || isApplied(object))
    return 'was made by Sealift: its store is what the tenancy file says'
  if (fieldsOf(target)['manifest'] !== undefined) return 'makes something else than a Secret'
  const sources = [...mappingsOf(data), ...mappingsOf(dataFrom)].map(one => fieldsOf(one['sourceRef']))
  const others = sources.filter(({ storeRef, generatorRef }) => storeRef ?? generatorRef)
  return others.length > 0
    ? 'takes some of it from another store or a generator (sourceRef), which stay as they are: change it by hand'
    : undefined
}

/** Whether Sealift has applied more of it than its store: what it does not say the next time would go. */
function isApplied({ metadata }: KubernetesObject): boolean {
  const entries = mappingsOf(metadata['managedFields'])
  const own = entries.filter(({ manager, operation }) => manager === 'sealift' && operation === 'Apply')
  const fields = own.map(({ fieldsV1 }) => Object.keys(fieldsOf(fieldsOf(fieldsV1)['f:spec'])))
  return fields.flat().some(field => field !== 'f:secretStoreRef')
}

/** Name of the Secret that an ExternalSecret makes. */
function secretOf({ spec, metadata }: KubernetesObject): string {
  const { name } = fieldsOf(fieldsOf(spec)['target'])
  return typeof name === 'string' && name !== '' ? name : metadata.name
}

function refOf({ spec }: KubernetesObject): StoreRef | undefined {
  const { kind, name } = fieldsOf(fieldsOf(spec)['secretStoreRef'])
  if (typeof name !== 'string' || name === '') return undefined
  return { kind: typeof kind === 'string' ? kind : 'SecretStore', name }
}

/** Whether two references are to one store. */
export const isSameStore = (a: StoreRef, b: StoreRef): boolean => a.kind === b.kind && a.name === b.name
