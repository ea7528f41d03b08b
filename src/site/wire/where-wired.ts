import { type Cluster, kinds } from '../../kernel/ports/index.ts'
import { credentialsSecretName } from './bootstrap/index.ts'
import { keysSecretName } from './keys/index.ts'
import { storeName } from './store/index.ts'
import { infisicalName } from './values.ts'

/** Namespaces of the two wired releases; absent where nothing of them is found any more. */
export interface WhereWired {
  readonly infisical?: string
  readonly externalSecrets?: string
}

/**
 * In which of a bundle's namespaces Infisical and External Secrets Operator are, by what Sealift made there and by
 * what the store names: a lock does not say which of its charts are wired. @throws SealiftError CLUSTER_*
 */
export async function whereWired(cluster: Cluster, namespaces: readonly string[]): Promise<WhereWired> {
  const having = async (kind: (typeof kinds)[keyof typeof kinds], name: string) => {
    const found = await Promise.all(namespaces.map(namespace => cluster.get(kind, name, namespace)))
    return namespaces.find((_, at) => found[at] !== undefined)
  }
  const infisical =
    (await having(kinds.secret, keysSecretName)) ?? (await having(kinds.service, infisicalName))
  const rest = namespaces.filter(namespace => namespace !== infisical)
  const externalSecrets =
    (await namedByStore(cluster)) ??
    (await having(kinds.secret, credentialsSecretName)) ??
    (infisical !== undefined && rest.length === 1 ? rest[0] : undefined)
  return {
    ...(infisical === undefined ? {} : { infisical }),
    ...(externalSecrets === undefined ? {} : { externalSecrets }),
  }
}

interface StoreSpec {
  readonly provider?: {
    readonly infisical?: {
      readonly auth?: {
        readonly universalAuthCredentials?: { readonly clientId?: { readonly namespace?: string } }
      }
    }
  }
}

async function namedByStore(cluster: Cluster): Promise<string | undefined> {
  const { provider } = ((await cluster.get(kinds.clusterSecretStore, storeName))?.['spec'] ?? {}) as StoreSpec
  return provider?.infisical?.auth?.universalAuthCredentials?.clientId?.namespace
}
