import { isManaged, managed, probeStoreName, storeName, systemNamespace } from '../access/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../ports/index.ts'
import { identityOf } from './credentials.ts'

/** Whether a store is the one for all teams, and no longer the install's own: it names a machine identity. */
export function servesTeams(store: KubernetesObject | undefined): boolean {
  return isManaged(store) && identityOf(store) !== undefined
}

/**
 * Name of the store that an install makes for itself and its probe goes through: once teams have been given
 * `infisical-store`, one of its own, for good. @throws SealiftError CLUSTER_*
 */
export async function ownStoreName(cluster: Pick<Cluster, 'get'>): Promise<string> {
  const [own, one] = await Promise.all(
    [probeStoreName, storeName].map(name => cluster.get(kinds.clusterSecretStore, name)),
  )
  return isManaged(own) || servesTeams(one) ? probeStoreName : storeName
}

/** The install's own store under its other name: it serves Sealift's namespace alone. */
export function movedStore({ spec, ...store }: KubernetesObject): KubernetesObject {
  return {
    ...{ apiVersion: store.apiVersion, kind: store.kind },
    metadata: { name: probeStoreName, labels: managed },
    spec: { ...(spec as object), conditions: [{ namespaces: [systemNamespace] }] },
  }
}
