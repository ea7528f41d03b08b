import { fieldsOf, mappingsOf } from '../../../kernel/objects/index.ts'
import { type Cluster, isTerminating, type KubernetesObject, kinds } from '../../../kernel/ports/index.ts'

/**
 * Takes away webhook configurations whose every Service is in one of these namespaces and not there any more: whoever
 * writes an object that they are asked about would be refused for ever. Only those that helm made for a release of ours;
 * the release's next install makes them anew. Gives their names. @throws SealiftError CLUSTER_*
 */
export async function liftDeadWebhooks(
  cluster: Pick<Cluster, 'get' | 'list' | 'delete'>,
  namespaces: readonly string[],
  isOurs: (object: KubernetesObject) => boolean,
): Promise<string[]> {
  const lifted: string[] = []
  for (const kind of [kinds.validatingWebhook, kinds.mutatingWebhook])
    for (const found of await cluster.list(kind)) {
      if (!isOurs(found) || !(await isDead(cluster, found, namespaces))) continue
      await cluster.delete(kind, found.metadata.name)
      lifted.push(found.metadata.name)
    }
  return lifted
}

async function isDead(
  cluster: Pick<Cluster, 'get'>,
  configuration: KubernetesObject,
  namespaces: readonly string[],
): Promise<boolean> {
  const hooks = mappingsOf(configuration['webhooks'])
  if (hooks.length === 0) return false
  for (const { clientConfig } of hooks) {
    const { name, namespace } = fieldsOf(fieldsOf(clientConfig)['service'])
    if (typeof name !== 'string' || name === '') return false
    if (typeof namespace !== 'string' || !namespaces.includes(namespace)) return false
    const home = await cluster.get(kinds.namespace, namespace)
    const service = await cluster.get(kinds.service, name, namespace)
    const there = home !== undefined && !isTerminating(home) && service !== undefined
    if (there && !isTerminating(service)) return false
  }
  return true
}
