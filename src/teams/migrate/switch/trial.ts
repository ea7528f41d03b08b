import { isManaged, managed } from '../../../kernel/access/index.ts'
import { fieldsOf } from '../../../kernel/objects/index.ts'
import { applyThroughWebhook, type Patience } from '../../../kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds, type Secret } from '../../../kernel/ports/index.ts'
import type { Switchable } from './judge.ts'
import { differing, secretDigests, untilSynced } from './synced.ts'

/**
 * Lets a twin of an ExternalSecret read from the store that is wanted, into a Secret of its own, and compares that with
 * the Secret that is there; the twin goes again. So whoever uses the Secret sees nothing of a store that would bring
 * something else. Gives what differs, or `undefined`.
 * @throws SealiftError CLUSTER_*
 */
export async function tryStore(
  switchable: Switchable,
  before: ReadonlyMap<string, string>,
  cluster: Cluster,
  digest: (value: Secret) => string,
  patience: Patience,
): Promise<string | undefined> {
  const twin = twinOf(switchable)
  const { name, namespace = '' } = twin.metadata
  const other = await cluster.get(kinds.externalSecret, name, namespace)
  const taken = await cluster.get(kinds.secret, name, namespace)
  if (other !== undefined && !isManaged(other))
    return `there is an ExternalSecret ${name} that Sealift did not make`
  if (taken !== undefined && taken.metadata.labels?.[operatorsLabel] !== 'true')
    return `there is a Secret ${name} that External Secrets Operator did not make`
  try {
    // One of a run that was killed may have been synced long ago.
    await remove(cluster, namespace, name)
    await applyThroughWebhook(cluster, twin, patience)
    const unsynced = await untilSynced(cluster, twin, patience)
    if (unsynced !== undefined) return unsynced
    const now = (await secretDigests(cluster, namespace, name, digest)) ?? new Map()
    // One that only adds to a Secret of somebody else's says nothing of the rest of it.
    const merges = fieldsOf(fieldsOf(switchable.object['spec'])['target'])['creationPolicy'] === 'Merge'
    const own = [...before].filter(([key]) => !merges || now.has(key))
    const keys = differing(new Map(own), now)
    return keys.length === 0 ? undefined : `would bring ${keys.join(', ')} otherwise than it is now`
  } finally {
    await remove(cluster, namespace, name)
  }
}

// As the operator marks the Secrets that it makes.
const operatorsLabel = 'reconcile.external-secrets.io/managed'

async function remove(cluster: Cluster, namespace: string, name: string): Promise<void> {
  await cluster.delete(kinds.externalSecret, name, namespace)
  await cluster.delete(kinds.secret, name, namespace)
}

const ending = '.sealift-trial'

/** Removes what runs that were killed have left in a namespace. @throws SealiftError CLUSTER_* */
export async function removeTrials(cluster: Cluster, namespace: string): Promise<void> {
  const all = await cluster.list(kinds.externalSecret, namespace)
  for (const object of all)
    if (isManaged(object) && object.metadata.name.endsWith(ending))
      await remove(cluster, namespace, object.metadata.name)
}

/** The same ExternalSecret, of the other store and with another Secret, which is its own. */
function twinOf({ object, to }: Switchable): KubernetesObject {
  const spec = fieldsOf(object['spec'])
  const name = `${object.metadata.name.slice(0, 230)}${ending}`
  const { immutable, template, ...target } = fieldsOf(spec['target'])
  // By labels others take a Secret for theirs, such as credentials of a cluster; they are no part of what it holds.
  const { metadata: _, ...templated } = fieldsOf(template)
  return {
    ...kinds.externalSecret,
    metadata: { name, namespace: object.metadata.namespace ?? '', labels: managed },
    spec: {
      ...spec,
      ...{ secretStoreRef: to, refreshPolicy: 'Periodic', refreshInterval: '1h' },
      target: {
        ...{ ...target, ...(template === undefined ? {} : { template: templated }), name },
        ...{ creationPolicy: 'Owner', deletionPolicy: 'Retain' },
      },
    },
  }
}
