import {
  applyThroughWebhook,
  explainEach,
  isReady,
  lookAnnotation,
  type Patience,
  waitFor,
} from '../../kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import type { Unmet } from '../tenancy/index.ts'

/** Milliseconds after which stores that are not ready are shown to ESO once more: it backs off, for minutes at last. */
const nudgeAfter = 5_000

/** Those of these objects that ESO does not call ready, with what it says of each. @throws SealiftError CLUSTER_* */
export async function unreadyOf(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<Unmet[]> {
  const unready = objects.filter(object => !isReady(object))
  const said = await explainEach(cluster, unready)
  return unready.map(({ kind, metadata: { name, namespace } }, i) => {
    const why = said[i]?.join('; ') || 'External Secrets Operator has not looked at it: see whether it runs'
    return { name: namespace ? `${kind} ${namespace}/${name}` : `store ${name}`, why }
  })
}

/**
 * Waits until ESO calls all stores ready, or the patience ends. They are asked for together, however many there are.
 * Gives those that did not become ready.
 * @param stores as they were applied @throws SealiftError CLUSTER_*
 */
export async function waitForStores(
  cluster: Cluster,
  stores: readonly KubernetesObject[],
  patience: Patience,
): Promise<Unmet[]> {
  const names = stores.map(({ metadata }) => metadata.name)
  let nudged = patience.clock.now()
  await waitFor(patience, async () => {
    const waiting = new Set((await notReady(cluster, names)).map(({ metadata }) => metadata.name))
    if (waiting.size === 0) return true
    patience.progress?.(`waiting for ${[...waiting].join(', ')}`)
    if (patience.clock.now() - nudged < nudgeAfter) return undefined
    nudged = patience.clock.now()
    for (const store of stores.filter(({ metadata }) => waiting.has(metadata.name)))
      await applyThroughWebhook(cluster, looking(store, nudged), patience)
    return undefined
  })
  return await unreadyOf(cluster, await notReady(cluster, names))
}

/** Milliseconds in which External Secrets Operator has looked at a store that was changed: it says no time of that. */
const firstLook = 3_000

/** Whether External Secrets Operator calls a store ready, as it is since it was changed, before the patience ends. @throws SealiftError CLUSTER_* */
export async function becomesReady(
  name: string,
  isChanged: boolean,
  { cluster, patience }: { readonly cluster: Cluster; readonly patience: Patience },
): Promise<boolean> {
  if (isChanged) await patience.clock.sleep(firstLook, patience.signal)
  const ready = async () => (isReady(await cluster.get(kinds.clusterSecretStore, name)) ? true : undefined)
  return (await waitFor(patience, ready)) !== undefined
}

function looking(store: KubernetesObject, now: number): KubernetesObject {
  const annotations = { ...store.metadata.annotations, [lookAnnotation]: String(now) }
  return { ...store, metadata: { ...store.metadata, annotations } }
}

async function notReady(cluster: Cluster, names: readonly string[]): Promise<KubernetesObject[]> {
  if (names.length === 0) return []
  const all = await cluster.list(kinds.clusterSecretStore)
  return all.filter(store => names.includes(store.metadata.name) && !isReady(store))
}
