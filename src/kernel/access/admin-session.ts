import { SealiftError } from '../errors/index.ts'
import type { Cluster, Infisical, InfisicalSession } from '../ports/index.ts'
import { adminSecretName, keptLogins, logIn } from './admin-login.ts'
import { systemNamespace } from './managed.ts'

/**
 * Logs in as the admin whose login Sealift keeps, or with its copy in Infisical's namespace where that is gone; with
 * `spare`, where the server does not take it, too.
 * @throws SealiftError NOT_INSTALLED when there is neither, FOREIGN_INSTALL when the server does not take it
 */
export async function adminSession(
  cluster: Cluster,
  infisical: Infisical,
  namespace: string,
  spare = false,
): Promise<InfisicalSession> {
  const [primary, copy] = await keptLogins(cluster, namespace)
  const [first, second] = [primary?.login, copy?.managed ? copy.login : undefined].flatMap(one => one ?? [])
  if (first !== undefined)
    return (await logIn(infisical, [first, spare ? second : undefined], namespace)).session
  const [own, other] = [systemNamespace, namespace].map(place => `${place}/${adminSecretName}`)
  throw new SealiftError(
    'NOT_INSTALLED',
    `there is no Secret ${own} with the admin's login, nor its copy ${other}`,
  )
}
