import { systemNamespace } from '../../kernel/access/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { targetOf } from './external-secrets.ts'
import { type Finding, nameOf } from './finding.ts'

/** Label of Secrets that External Secrets Operator makes (apis/externalsecrets/v1/externalsecret_types.go). */
const madeByOperator = 'reconcile.external-secrets.io/managed=true'

/**
 * Secrets that an ExternalSecret has made, and none does any more.
 * @param namespaces those to look in; when left out, every one but Sealift's @throws SealiftError CLUSTER_*
 */
export async function orphansIn(
  namespaces: readonly string[] | undefined,
  externalSecrets: readonly KubernetesObject[],
  cluster: Cluster,
): Promise<Finding[]> {
  const made = new Set(externalSecrets.map(object => `${object.metadata.namespace}/${targetOf(object)}`))
  const found = await Promise.all(
    (namespaces ?? [undefined]).map(namespace => cluster.list(kinds.secret, namespace, madeByOperator)),
  )
  return found
    .flat()
    .filter(
      ({ metadata: { namespace, name } }) =>
        namespace !== systemNamespace && !made.has(`${namespace}/${name}`),
    )
    .map(secret => ({
      ...{ object: nameOf({ ...secret, kind: 'Secret' }), says: 'nothing' },
      is: 'an ExternalSecret made it, and none does any more: what it has stays for ever',
      remedy: 'delete it where nothing uses it, or make an ExternalSecret with that target again',
    }))
}
