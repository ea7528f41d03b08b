import { SealiftError } from '../errors/index.ts'
import type { Cluster, Infisical, InfisicalSession } from '../ports/index.ts'
import {
  type AdminLogin,
  adminSecretName,
  type KeptLogin,
  keptLogins,
  logIn,
  possibleLogins,
} from './admin-login.ts'
import { systemNamespace } from './managed.ts'

/** The admin, logged in. */
export interface LoggedIn {
  readonly session: InfisicalSession
  /** What the server took. */
  readonly login: AdminLogin
  /** The two Secrets that may have it. */
  readonly kept: readonly [primary: KeptLogin | undefined, copy: KeptLogin | undefined]
}

/**
 * Logs in as the admin whose login Sealift keeps, or with its copy in Infisical's namespace where that is gone or spoilt.
 * @throws SealiftError NOT_INSTALLED when there is neither, FOREIGN_INSTALL when the server takes none, SERVER_FAILED
 */
export async function logInAsAdmin(
  cluster: Cluster,
  infisical: Infisical,
  namespace: string,
): Promise<LoggedIn> {
  const kept = await keptLogins(cluster, namespace)
  const [first, ...others] = possibleLogins(kept)
  if (first !== undefined) return { ...(await logIn(infisical, [first, ...others], namespace)), kept }
  const [own, other] = [systemNamespace, namespace].map(place => `${place}/${adminSecretName}`)
  throw new SealiftError(
    'NOT_INSTALLED',
    `there is no Secret ${own} with the admin's login, nor its copy ${other}`,
  )
}

/** The same, where only the session matters. @throws SealiftError as {@link logInAsAdmin} */
export async function adminSession(
  cluster: Cluster,
  infisical: Infisical,
  namespace: string,
): Promise<InfisicalSession> {
  return (await logInAsAdmin(cluster, infisical, namespace)).session
}
