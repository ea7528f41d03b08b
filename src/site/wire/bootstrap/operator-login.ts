import { credentialsSecretName, readValues, refusedLogin } from '../../../kernel/access/index.ts'
import type { ClientCredentials, Cluster, Infisical } from '../../../kernel/ports/index.ts'

/** What External Secrets Operator logs in with; `undefined` where the Secret or one of its keys is not there. */
export async function operatorCredentials(
  cluster: Cluster,
  namespace: string,
): Promise<ClientCredentials | undefined> {
  const found = await readValues(cluster, namespace, credentialsSecretName)
  const [clientId, clientSecret] = [found?.values.get('clientId'), found?.values.get('clientSecret')]
  return clientId && clientSecret ? { clientId: clientId.reveal(), clientSecret } : undefined
}

/**
 * Logs in as External Secrets Operator does. One try: three bad ones lock the identity for five minutes.
 * Gives the refusal, or nothing when it is let in. @throws SealiftError SERVER_FAILED when the server fails otherwise
 */
export async function tryOperatorLogin(
  infisical: Infisical,
  credentials: ClientCredentials,
): Promise<Error | undefined> {
  try {
    await infisical.loginIdentity(credentials)
    return undefined
  } catch (error) {
    if (error instanceof Error && refusedLogin(error)) return error
    throw error
  }
}
