import { SealiftError } from '../errors/index.ts'
import type { Cluster, Infisical, InfisicalSession, Secret } from '../ports/index.ts'
import { isManaged, systemNamespace } from './managed.ts'
import { readValues } from './secret-values.ts'
import { statusOf } from './status.ts'

/**
 * Secret in `sealift-system` with the admin's login: email, password, organization, organizationId; and nextPassword
 * while that is being changed. It is annotated with what is known of the identity that bootstrap made, and whether
 * somebody else set the server up. The password cannot be had again: the same Secret lies in Infisical's namespace too,
 * beside the keys that open everything anyway.
 */
export const adminSecretName = 'infisical-admin'

/** Annotation of both Secrets: what is known of the identity that bootstrap made. */
export const instanceMark = 'sealift.dev/instance-identity'

/** Annotation of both Secrets, `true` where somebody else set the server up, and Sealift was given the login. */
export const adoptedMark = 'sealift.dev/adopted'

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
  /** A password that is stored and may be set already: a change of it was stopped. */
  readonly next?: Secret
  /** What is known of the identity that bootstrap made, in the words of `removeInstanceIdentity`. */
  readonly mark?: string
  /** Whether somebody else set the server up. */
  readonly adopted: boolean
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
  const [email = otherwise, password, next] = [
    text('email'),
    values.get('password'),
    values.get('nextPassword'),
  ]
  const [organization, organizationId] = [text('organization'), text('organizationId')]
  const annotations = object.metadata.annotations ?? {}
  const mark = annotations[instanceMark]
  const login = email !== undefined && password !== undefined && { email, password }
  return {
    place,
    managed: isManaged(object),
    adopted: annotations[adoptedMark] === 'true',
    ...(login && {
      login: { ...login, ...(organization && { organization }), ...(organizationId && { organizationId }) },
    }),
    ...(next !== undefined && { next }),
    ...(mark !== undefined && { mark }),
  }
}

/**
 * The logins that may be the admin's, in the order in which they are tried: what is kept, its copy where Sealift made
 * that, each as it is stored and with the password that it may have been given since.
 */
export function possibleLogins(kept: readonly (KeptLogin | undefined)[]): AdminLogin[] {
  const all = kept.flatMap(one => {
    // A copy lies where others may write.
    if (one?.login === undefined || !(one.managed || one.place === systemNamespace)) return []
    return [one.login, ...(one.next === undefined ? [] : [{ ...one.login, password: one.next }])]
  })
  return all.filter((login, at) => all.findIndex(other => isSame(login, other)) === at)
}

/**
 * Whether the server's answer to a login may mean that a part of it is wrong; not 423 and 429, which another try makes
 * worse.
 */
export function spoiltLogin(error: unknown): boolean {
  return [400, 401, 403, 404, 422].includes(statusOf(error) ?? 0)
}

/**
 * Logs in with the first login that the server takes, so that one that somebody has spoilt does no harm. Each is tried
 * once: bad ones lock an account.
 * @throws SealiftError FOREIGN_INSTALL when the server takes none, SERVER_FAILED
 */
export async function logIn(
  infisical: Infisical,
  [login, ...others]: readonly [AdminLogin, ...AdminLogin[]],
  namespace: string,
): Promise<{ session: InfisicalSession; login: AdminLogin }> {
  const { email, password, organizationId } = login
  try {
    return { session: await infisical.login(email, password, organizationId), login }
  } catch (error) {
    const [next, ...rest] = others
    // An organisation that is not the admin's is refused otherwise than a password.
    if (next !== undefined && spoiltLogin(error)) return await logIn(infisical, [next, ...rest], namespace)
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
  return new SealiftError('FOREIGN_INSTALL', `this Infisical is not Sealift's: ${reason}`, {
    cause,
    hints: [
      `If it is yours, name its admin in the site file: admin.email, and admin.password, the place of the password in a Secret that you make; then install again. Sealift keeps that login in Secrets ${systemNamespace}/${adminSecretName} and ${namespace}/${adminSecretName}.`,
      'If not, point the site file at another database and namespace.',
    ],
  })
}
