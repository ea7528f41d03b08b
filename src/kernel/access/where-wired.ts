import { fieldsOf } from '../objects/index.ts'
import { type Cluster, kinds } from '../ports/index.ts'
import {
  credentialsSecretName,
  infisicalName,
  keysSecretName,
  probeStoreName,
  serviceUrl,
  storeName,
} from './names.ts'

/** Namespaces of the two wired releases; absent where nothing of them is found any more. */
export interface WhereWired {
  readonly infisical?: string
  readonly externalSecrets?: string
}

/**
 * In which of a bundle's namespaces Infisical and External Secrets Operator are: a lock does not say which of its charts
 * are wired. The store says it first, which is cluster-wide: whoever may only write in one of these namespaces could
 * make a Secret or a Service of these names there, and would be sent the admin's login. So one of two is neither.
 * @throws SealiftError CLUSTER_*
 */
export async function whereWired(cluster: Cluster, namespaces: readonly string[]): Promise<WhereWired> {
  const having = async (kind: (typeof kinds)[keyof typeof kinds], name: string) => {
    const found = await Promise.all(namespaces.map(namespace => cluster.get(kind, name, namespace)))
    return namespaces.filter((_, at) => found[at] !== undefined)
  }
  const named = await namedByStore(cluster)
  const withKeys = await having(kinds.secret, keysSecretName)
  const likely = withKeys.length > 0 ? withKeys : await having(kinds.service, infisicalName)
  const infisical = namespaces.find(namespace => serviceUrl(namespace) === named.hostAPI) ?? only(likely)
  const rest = namespaces.filter(namespace => namespace !== infisical)
  const externalSecrets =
    // A namespace of somebody else's would be given the credentials that are made next.
    namespaces.find(namespace => namespace === named.credentials) ??
    only(await having(kinds.secret, credentialsSecretName)) ??
    (infisical === undefined ? undefined : only(rest))
  return {
    ...(infisical === undefined ? {} : { infisical }),
    ...(externalSecrets === undefined ? {} : { externalSecrets }),
  }
}

const only = ([first, ...others]: readonly string[]) => (others.length === 0 ? first : undefined)

/** Infisical's address and the namespace of ESO's credentials, as the store has them. */
async function namedByStore(cluster: Cluster): Promise<{ hostAPI?: string; credentials?: string }> {
  // The install's own bears the other name once teams have been given this one.
  const store =
    (await cluster.get(kinds.clusterSecretStore, storeName)) ??
    (await cluster.get(kinds.clusterSecretStore, probeStoreName))
  const { hostAPI, auth } = fieldsOf(fieldsOf(fieldsOf(store?.['spec'])['provider'])['infisical'])
  const { clientId } = fieldsOf(fieldsOf(auth)['universalAuthCredentials'])
  const { namespace: credentials } = fieldsOf(clientId)
  return {
    ...(typeof hostAPI === 'string' && hostAPI !== '' ? { hostAPI } : {}),
    ...(typeof credentials === 'string' && credentials !== '' ? { credentials } : {}),
  }
}
