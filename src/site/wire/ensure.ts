import { type Cluster, isTerminating, type KubernetesObject } from '../../kernel/ports/index.ts'

/**
 * Applies an object, and tells whether that changed anything. One of its name that is on its way out is waited for.
 * @throws SealiftError CLUSTER_*
 */
export async function ensure(
  cluster: Pick<Cluster, 'get' | 'apply' | 'delete'>,
  object: KubernetesObject,
): Promise<boolean> {
  const { name, namespace } = object.metadata
  const before = await cluster.get(object, name, namespace)
  // Whoever deleted it has asked already; to ask again is to wait.
  if (isTerminating(before)) await cluster.delete(object, name, namespace)
  const after = await cluster.apply(object)
  return before?.metadata['resourceVersion'] !== after.metadata['resourceVersion']
}
