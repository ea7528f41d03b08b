import { printable, SealiftError } from '../../kernel/errors/index.ts'
import { fieldsOf, textsIn, versionsIn } from '../../kernel/objects/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'

/**
 * Has every object of a definition stored in the version that the definition stores in now, as
 * kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning says: each is written
 * as it is; then no other version is left in `status.storedVersions`. Killed anywhere, a rerun does it whole.
 * @param crd the definition as it is there now
 * @returns how many objects were written
 * @throws SealiftError CLUSTER_*, CLUSTER_FAILED too where the definition was written meanwhile
 */
export async function cleanStoredVersions(
  cluster: Pick<Cluster, 'list' | 'rewrite' | 'patchStatus'>,
  crd: KubernetesObject,
): Promise<number> {
  const { group, names } = fieldsOf(crd['spec'])
  const [version] = versionsIn(crd, 'storage')
  const { kind } = textsIn(names)
  if (typeof group !== 'string' || kind === undefined || version === undefined)
    throw new SealiftError(
      'CLUSTER_FAILED',
      `${printable(crd.metadata.name)} does not say in which version its objects are stored`,
    )
  const of = { apiVersion: `${group}/${version}`, kind }
  const objects = await cluster.list(of)
  for (const { metadata } of objects) await cluster.rewrite(of, metadata.name, metadata.namespace)
  const { name, resourceVersion } = crd.metadata
  await cluster.patchStatus({
    ...kinds.crd,
    // Whoever has made another version the stored one meanwhile has begun to store objects in that.
    metadata: { name, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    status: { storedVersions: [version] },
  })
  return objects.length
}
