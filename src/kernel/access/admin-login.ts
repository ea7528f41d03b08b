import { SealiftError } from '../errors/index.ts'
import type { Cluster, Infisical, InfisicalSession, Secret } from '../ports/index.ts'
import { isManaged, managed, systemNamespace } from './managed.ts'
import { readValues } from './secret-values.ts'
import { statusOf } from './status.ts'

/**
 * Secret in `sealift-system` with the admin's login: email, password, organization, organizationId. It is annotated with
 * what is known of the identity that bootstrap made. The password cannot be had again: the same Secret lies in
 * Infisical's namespace too, beside the keys that open everything anyway.
 */
export const adminSecretName = 'infisical-admin'

/** Annotation of both Secrets: what is known of the identity that bootstrap made. */
export const instanceMark = 'sealift.dev/instance-identity'

/** The admin's login; what it lacks is not known yet. */
export interface AdminLogin {
  readonly email: string
  readonly password: Secret
  readonly organization?: string
  readonly organizationId?: string
}

/** One of the two Secrets as the cluster has it; `login` is missing where it has no email or password. */
export interface KeptLogin {
  readonly place: string
  readonly managed: boolean
  readonly login?: AdminLogin
  /** What is known of the identity that bootstrap made, in the words of `removeInstanceIdentity`. */
  readonly mark?: string
}

/**
 * What Sealift keeps, and its copy in Infisical's namespace; `email` is for one that has none.
 * @throws SealiftError CLUSTER_*
 */
export async function keptLogins(
  cluster: Cluster,
  namespace: string,
  email?: string,
): Promise<[primary: KeptLogin | undefined, copy: KeptLogin | undefined]> {
  const read = (place: string) => readLogin(cluster, place, email)
  return await Promise.all([read(systemNamespace), read(namespace)])
}

async function readLogin(
  cluster: Cluster,
  place: string,
  otherwise: string | undefined,
): Promise<KeptLogin | undefined> {
  const found = await readValues(cluster, place, adminSecretName)
  if (found === undefined) return undefined
  const { object, values } = found
  const text = (key: string) => values.get(key)?.reveal()
  const [email = otherwise, password] = [text('email'), values.get('password')]
  const [organization, organizationId] = [text('organization'), text('organizationId')]
  const mark = object.metadata.annotations?.[instanceMark]
  const login = email !== undefined && password !== undefined && { email, password }
  return {
    place,
    managed: isManaged(object),
    ...(login && {
      login: { ...login, ...(organization && { organization }), ...(organizationId && { organizationId }) },
    }),
    ...(mark !== undefined && { mark }),
  }
}

/** What a server may answer to a login of which a part is wrong; not 423 and 429, which another try makes worse. */
const spoilt = [400, 401, 403, 404, 422]

/**
 * Logs in with the first of one or two logins that the server takes, so that one that somebody has spoilt does no harm.
 * Each is tried once, and one that says the same as the first not at all: bad ones lock an account.
 * @throws SealiftError FOREIGN_INSTALL when the server takes none, SERVER_FAILED
 */
export async function logIn(
  infisical: Infisical,
  [first, second]: readonly [AdminLogin, (AdminLogin | undefined)?],
  namespace: string,
): Promise<{ session: InfisicalSession; login: AdminLogin }> {
  const { email, password, organizationId } = first
  try {
    return { session: await infisical.login(email, password, organizationId), login: first }
  } catch (error) {
    const other = second !== undefined && !isSame(first, second) ? second : undefined
    // An organisation that is not the admin's is refused otherwise than a password.
    if (other !== undefined && spoilt.includes(statusOf(error) ?? 0))
      return await logIn(infisical, [other], namespace)
    if (!refusedLogin(error)) throw error
    throw foreign("it does not take the admin's password that Sealift keeps", namespace, error)
  }
}

function isSame(one: AdminLogin, other: AdminLogin): boolean {
  const same = one.email === other.email && one.organizationId === other.organizationId
  return same && one.password.reveal() === other.password.reveal()
}

/** Whether the server refused a login, 400 or 401, and nothing else went wrong. */
export function refusedLogin(error: unknown): boolean {
  return [400, 401].includes(statusOf(error) ?? 0)
}

/** The error for a server whose admin's login is not known; `namespace` is Infisical's. */
export function foreign(reason: string, namespace: string, cause?: unknown): SealiftError {
  const label = Object.entries(managed).map(pair => pair.join('='))
  return new SealiftError('FOREIGN_INSTALL', `this Infisical is not Sealift's: ${reason}`, {
    cause,
    hints: [
      `If it is yours, put the admin's email and password into Secret ${systemNamespace}/${adminSecretName} or its copy ${namespace}/${adminSecretName}, labelled ${label}; then install again.`,
      'If not, point the site file at another database and namespace.',
    ],
  })
}
