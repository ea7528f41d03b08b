import { fieldsOf } from '../../../kernel/objects/index.ts'
import { conditionsOf, explain, isReady, type Patience, waitFor } from '../../../kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds, Secret } from '../../../kernel/ports/index.ts'

/** Digests of a Secret's values by their keys; `undefined` where there is no such Secret. */
export async function secretDigests(
  cluster: Cluster,
  namespace: string,
  name: string,
  digest: (value: Secret) => string,
): Promise<ReadonlyMap<string, string> | undefined> {
  const found = await cluster.get(kinds.secret, name, namespace)
  if (found === undefined) return undefined
  // As the cluster has them: values need not be text.
  const values = Object.entries(fieldsOf(found['data']))
  return new Map(values.map(([key, base64]) => [key, digest(new Secret(String(base64)))]))
}

/** The keys in which two Secrets differ, in order. */
export function differing(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  const keys = new Set([...a.keys(), ...b.keys()])
  return [...keys].filter(key => a.get(key) !== b.get(key)).toSorted()
}

// Milliseconds after which the operator is believed that it cannot: by then it has tried several times.
const believed = 6_000

/**
 * Waits until External Secrets Operator has brought an ExternalSecret as it is now. Gives `undefined` then, or what the
 * operator says of it when the patience ends. @param applied as it was applied @throws SealiftError CLUSTER_*
 */
export async function untilSynced(
  cluster: Cluster,
  applied: KubernetesObject,
  patience: Patience,
): Promise<string | undefined> {
  const { name, namespace } = applied.metadata
  let failing: number | undefined
  const done = await waitFor(patience, async () => {
    const live = await cluster.get(kinds.externalSecret, name, namespace)
    if (live !== undefined && isReady(live) && isOfNow(live)) return 'synced'
    if (!conditionsOf(live).some(({ type, status }) => type === 'Ready' && status === 'False'))
      return undefined
    failing ??= patience.clock.now()
    return patience.clock.now() - failing >= believed ? 'failed' : undefined
  })
  if (done?.value === 'synced') return undefined
  const said = await explain(cluster, applied)
  return said.join('; ') || 'External Secrets Operator has not looked at it: see whether it runs'
}

/** Whether what the status says is of the object as it is: the operator writes `GENERATION-HASH` when it has synced. */
function isOfNow({ metadata, status }: KubernetesObject): boolean {
  const { syncedResourceVersion } = fieldsOf(status)
  return String(syncedResourceVersion).startsWith(`${metadata['generation']}-`)
}

/** Whether the operator looks at an ExternalSecret again once it has been synced. */
export function isRefreshed({ spec }: KubernetesObject): boolean {
  const { refreshPolicy = 'Periodic', refreshInterval = '1h' } = fieldsOf(spec)
  if (refreshPolicy !== 'Periodic') return refreshPolicy === 'OnChange'
  // A duration of nothing, however it is written: 0, 0s, 0h0m0s.
  return /[1-9]/.test(String(refreshInterval))
}
