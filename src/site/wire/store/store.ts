import { probeScope, serviceUrl, storeName } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import {
  applyThroughWebhook,
  covers,
  explain,
  isReady,
  lookAnnotation,
  movedStore,
  ownStoreName,
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

/** Where the install's own store reads. */
export function storeScope({
  infisical,
  externalSecrets,
}: Readonly<Record<'infisical' | 'externalSecrets', { readonly namespace: string }>>): StoreScope {
  return {
    hostAPI: serviceUrl(infisical.namespace),
    namespace: externalSecrets.namespace,
    projectSlug: probeScope.project,
    environmentSlug: probeScope.environment,
    secretsPath: probeScope.path,
  }
}

/** The store as it is applied, under the name that it has. */
export function storeObject(manifests: Manifests, scope: StoreScope, name = storeName): KubernetesObject {
  const store = fill(manifests.clusterSecretStore, { ...scope })
  return name === storeName ? store : movedStore(store)
}

/**
 * Applies the store, unless it is there as it should be, and waits until ESO calls it Ready. ESO's webhook may not
 * answer yet right after its install: that is waited for too. The one for all teams is left alone, whatever becomes of
 * it. Gives the store's name, and tells whether anything changed.
 * @throws SealiftError PROOF_FAILED with conditions and events when it does not become Ready, CLUSTER_*
 */
export async function ensureStore(
  cluster: Cluster,
  manifests: Manifests,
  scope: StoreScope,
  patience: Patience,
): Promise<{ name: string; changed: boolean }> {
  const { store, before, there } = await lookAtStore(cluster, manifests, scope)
  const { name } = store.metadata
  if (there && isReady(before)) return { name, changed: false }
  patience.progress?.(`waiting for ${name}`)
  if (!there) await applyThroughWebhook(cluster, store, patience)
  // ESO backs off between its attempts, for minutes at last; a changed annotation makes it look at once.
  let nudged = there ? 0 : patience.clock.now()
  const ready = await waitFor(patience, async () => {
    if (isReady(await cluster.get(kinds.clusterSecretStore, name))) return true
    if (patience.clock.now() - nudged < 5_000) return undefined
    nudged = patience.clock.now()
    const annotations = { [lookAnnotation]: String(nudged) }
    await applyThroughWebhook(cluster, { ...store, metadata: { ...store.metadata, annotations } }, patience)
    return undefined
  })
  if (ready !== undefined) return { name, changed: true }
  throw new SealiftError('PROOF_FAILED', `ClusterSecretStore ${name} did not become Ready`, {
    faults: await explain(cluster, store),
    hints: ["Look at External Secrets Operator's log, and whether it reaches Infisical."],
  })
}

/** The store as it is wanted and as it is, and whether that says all that is wanted. */
async function lookAtStore(cluster: Pick<Cluster, 'get'>, manifests: Manifests, scope: StoreScope) {
  const name = await ownStoreName(cluster)
  const store = storeObject(manifests, scope, name)
  const before = await cluster.get(kinds.clusterSecretStore, name)
  return { store, before, there: !isTerminating(before) && covers(before, store) }
}

/** Applies the store where it is not there as it should be, and waits for nothing: for a cluster that only asks. @throws SealiftError CLUSTER_* */
export async function applyStore(
  cluster: Pick<Cluster, 'get' | 'apply'>,
  manifests: Manifests,
  scope: StoreScope,
): Promise<KubernetesObject | undefined> {
  const { store, before, there } = await lookAtStore(cluster, manifests, scope)
  if (there) return before
  return await cluster.apply(store)
}
