import { storeName } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import {
  applyThroughWebhook,
  covers,
  explain,
  isReady,
  lookAnnotation,
  type Patience,
  waitFor,
} from '../../../kernel/owned/index.ts'
import { type Cluster, isTerminating, type KubernetesObject, kinds } from '../../../kernel/ports/index.ts'
import { fill, type Manifests } from '../manifests.ts'

/** Where the store reads. */
export interface StoreScope {
  /** Infisical's address inside the cluster. */
  readonly hostAPI: string
  /** ESO's namespace, which holds the credentials. */
  readonly namespace: string
  readonly projectSlug: string
  readonly environmentSlug: string
  readonly secretsPath: string
}

/** The store as it is applied. */
export function storeObject(manifests: Manifests, scope: StoreScope): KubernetesObject {
  return fill(manifests.clusterSecretStore, { ...scope })
}

/**
 * Applies the store, unless it is there as it should be, and waits until ESO calls it Ready. ESO's webhook may not
 * answer yet right after its install: that is waited for too. Tells whether anything changed.
 * @throws SealiftError PROOF_FAILED with conditions and events when it does not become Ready, CLUSTER_*
 */
export async function ensureStore(
  cluster: Cluster,
  manifests: Manifests,
  scope: StoreScope,
  patience: Patience,
): Promise<boolean> {
  const store = storeObject(manifests, scope)
  const before = await cluster.get(kinds.clusterSecretStore, storeName)
  const there = !isTerminating(before) && covers(before, store)
  if (there && isReady(before)) return false
  patience.progress?.(`waiting for ${storeName}`)
  if (!there) await applyThroughWebhook(cluster, store, patience)
  // ESO backs off between its attempts, for minutes at last; a changed annotation makes it look at once.
  let nudged = there ? 0 : patience.clock.now()
  const ready = await waitFor(patience, async () => {
    if (isReady(await cluster.get(kinds.clusterSecretStore, storeName))) return true
    if (patience.clock.now() - nudged < 5_000) return undefined
    nudged = patience.clock.now()
    const annotations = { [lookAnnotation]: String(nudged) }
    await applyThroughWebhook(cluster, { ...store, metadata: { ...store.metadata, annotations } }, patience)
    return undefined
  })
  if (ready !== undefined) return true
  throw new SealiftError('PROOF_FAILED', `ClusterSecretStore ${storeName} did not become Ready`, {
    faults: await explain(cluster, store),
    hints: ["Look at External Secrets Operator's log, and whether it reaches Infisical."],
  })
}
