import { adminSecretName, keysSecretName, systemNamespace } from '../../kernel/access/index.ts'
import { fieldsOf, isOperatorGroup, servedVersions } from '../../kernel/objects/index.ts'
import { type Cluster, type Kind, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import type { Receipt } from '../install/index.ts'

/** Fields of metadata that the API server writes. */
const noted = ['managedFields', 'resourceVersion', 'uid', 'creationTimestamp', 'generation', 'selfLink']

/** Kubernetes objects as a `List` that `kubectl apply -f` takes: as stored, without what the API server notes of them. */
export function listOf(objects: readonly KubernetesObject[]): Uint8Array {
  const items = objects.map(({ status: _, ...object }) => ({
    ...object,
    metadata: Object.fromEntries(Object.entries(object.metadata).filter(([field]) => !noted.includes(field))),
  }))
  return Buffer.from(`${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, undefined, 1)}\n`)
}

/** Sealift's own records and the admin's login, in both places where that is. @throws SealiftError CLUSTER_* */
export async function ownObjects(cluster: Cluster, namespace: string): Promise<KubernetesObject[]> {
  const records = ['sealift-receipt', 'sealift-keys'].map(name =>
    cluster.get(kinds.configMap, name, systemNamespace),
  )
  const secrets = [systemNamespace, namespace].flatMap(place =>
    [keysSecretName, adminSecretName].map(name => cluster.get(kinds.secret, name, place)),
  )
  return (await Promise.all([...records, ...secrets])).filter(object => object !== undefined)
}

/** helm's records of the releases of a receipt: what `helm history` reads. @throws SealiftError CLUSTER_* */
export async function helmRecords(cluster: Cluster, { lock }: Receipt): Promise<KubernetesObject[]> {
  const found = await Promise.all(
    lock.charts.map(({ release, namespace }) =>
      cluster.list(kinds.secret, namespace, `owner=helm,name=${release}`),
    ),
  )
  return found.flat()
}

/** Every object of ESO's kinds, in every namespace, in the version that is stored. @throws SealiftError CLUSTER_* */
export async function operatorObjects(cluster: Cluster): Promise<KubernetesObject[]> {
  const crds = await cluster.list(kinds.crd)
  const found: KubernetesObject[] = []
  for (const crd of crds) {
    const kind = storedKind(crd)
    if (kind !== undefined) found.push(...(await cluster.list(kind)))
  }
  return found
}

function storedKind(crd: KubernetesObject): Kind | undefined {
  const { group, names } = fieldsOf(crd['spec'])
  const { kind } = fieldsOf(names)
  const [version] = servedVersions(crd)
  if (!isOperatorGroup(group) || typeof kind !== 'string' || version === undefined) return undefined
  return { apiVersion: `${group}/${version}`, kind }
}
