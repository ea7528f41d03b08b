import { SealiftError } from '../errors/index.ts'
import type { Cluster, Infisical, InfisicalSession, Random, Secret } from '../ports/index.ts'
import { readValues } from './connection.ts'
import { isManaged, systemNamespace } from './managed.ts'
import { makePassword, secretObject } from './secrets.ts'

/** Secret in `sealift-system` with the admin's login: email, password, organization, organizationId. */
export const adminSecretName = 'infisical-admin'

/** What bootstrapping needs. The namespace `sealift-system` must be there. */
export interface Bootstrapping {
  readonly cluster: Cluster
  readonly infisical: Infisical
  readonly random: Random
  readonly email: string
  readonly organization: string
}

/**
 * Sets the server up, once in its life, and logs in as the admin. The password is stored before it is used, so that
 * an install killed in between goes on; the token that bootstrap gives is refused by servers and is not used.
 * @throws SealiftError FOREIGN_INSTALL when somebody else set the server up, SERVER_FAILED, CLUSTER_*
 */
export async function ensureAdmin(
  bootstrapping: Bootstrapping,
): Promise<{ session: InfisicalSession; bootstrapped: boolean }> {
  const { cluster, infisical, random, email, organization } = bootstrapping
  const { initialized } = await infisical.status()
  const found = await readValues(cluster, systemNamespace, adminSecretName)
  if (found && !isManaged(found.object))
    throw new SealiftError(
      'FOREIGN_INSTALL',
      `Secret ${systemNamespace}/${adminSecretName} is there already, and Sealift did not make it`,
      { hints: ['whoever made it would know the password of Infisical’s admin: delete it first'] },
    )
  const known = found?.values.get('password')
  if (initialized) {
    if (known === undefined) throw foreign('it was set up already, and not by Sealift')
    const user = found?.values.get('email')?.reveal() ?? email
    const session = await login(infisical, user, known, found?.values.get('organizationId')?.reveal())
    await store(cluster, user, known, organization, session.organizationId)
    return { session, bootstrapped: false }
  }
  const password = known ?? makePassword(random)
  await store(cluster, email, password, organization)
  const { organizationId } = await infisical.bootstrap(email, password, organization)
  await store(cluster, email, password, organization, organizationId)
  return { session: await infisical.login(email, password, organizationId), bootstrapped: true }
}

/**
 * Logs in as the admin whose login Sealift keeps.
 * @throws SealiftError NOT_INSTALLED when there is none, FOREIGN_INSTALL when the server does not take it
 */
export async function adminSession(cluster: Cluster, infisical: Infisical): Promise<InfisicalSession> {
  const found = await readValues(cluster, systemNamespace, adminSecretName)
  const email = found?.values.get('email')
  const password = found?.values.get('password')
  if (email === undefined || password === undefined)
    throw new SealiftError('NOT_INSTALLED', `there is no Secret ${systemNamespace}/${adminSecretName}`)
  return await login(infisical, email.reveal(), password, found?.values.get('organizationId')?.reveal())
}

async function login(
  infisical: Infisical,
  email: string,
  password: Secret,
  organizationId: string | undefined,
): Promise<InfisicalSession> {
  try {
    return await infisical.login(email, password, organizationId)
  } catch (error) {
    if (refusedLogin(error)) throw foreign("it does not take the admin's password that Sealift keeps", error)
    throw error
  }
}

/** Whether the server refused a login, 400 or 401, and nothing else went wrong. */
export function refusedLogin(error: unknown): boolean {
  if (!(error instanceof SealiftError) || error.code !== 'SERVER_FAILED') return false
  const { cause } = error
  const status = cause instanceof Error && 'status' in cause ? cause.status : undefined
  return status === 400 || status === 401
}

async function store(
  cluster: Cluster,
  email: string,
  password: Secret,
  organization: string,
  organizationId?: string,
): Promise<void> {
  const values = {
    email,
    password,
    organization,
    ...(organizationId === undefined ? {} : { organizationId }),
  }
  await cluster.apply(secretObject(systemNamespace, adminSecretName, values))
}

function foreign(reason: string, cause?: unknown): SealiftError {
  return new SealiftError('FOREIGN_INSTALL', `this Infisical is not Sealift's: ${reason}`, {
    cause,
    hints: [
      `If it is yours, put the admin's email and password into Secret ${systemNamespace}/${adminSecretName}.`,
      'If not, point the site file at another database and namespace.',
    ],
  })
}
