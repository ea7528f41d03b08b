import {
  type AdminLogin,
  adminSecretName,
  foreign,
  type KeptLogin,
  keptLogins,
  logIn,
} from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Cluster, Infisical, InfisicalSession, Random } from '../../../kernel/ports/index.ts'
import { makePassword } from '../secrets.ts'
import { removeInstanceIdentity } from './instance-identity.ts'
import { storeLogin } from './store-login.ts'

/** What bootstrapping needs. The namespace `sealift-system` must be there. */
export interface Bootstrapping {
  readonly cluster: Cluster
  readonly infisical: Infisical
  readonly random: Random
  readonly email: string
  readonly organization: string
  /** Infisical's. */
  readonly namespace: string
}

/** The server is set up, and who administers it. */
export interface Administration {
  readonly session: InfisicalSession
  /** Whether it was set up just now. */
  readonly bootstrapped: boolean
  /** Whether anything was written, on the server or in the cluster. */
  readonly changed: boolean
  /** What the server did not let Sealift take away, in a sentence. */
  readonly left?: string
}

/**
 * Sets the server up, once in its life, and logs in as the admin. The password is stored before it is used, so that
 * an install killed in between goes on; a login that somebody has spoilt is mended from its copy. The administrator's
 * identity that bootstrap makes is taken away.
 * @throws SealiftError FOREIGN_INSTALL when somebody else set the server up, SERVER_FAILED, CLUSTER_*
 */
export async function ensureAdmin(bootstrapping: Bootstrapping): Promise<Administration> {
  const { cluster, infisical, random, email, organization, namespace } = bootstrapping
  const { initialized } = await infisical.status()
  const [primary, copy] = await keptLogins(cluster, namespace, email)
  for (const one of [primary, copy]) if (one !== undefined) refuseForeignLogin(one)
  if (!initialized) {
    // A server that nobody has set up yet has no admin whose login could have been lost: the copy is no one's.
    const login = { email, password: primary?.login?.password ?? makePassword(random), organization }
    await storeLogin(cluster, namespace, login)
    const { organizationId, identityId } = await infisical.bootstrap(email, login.password, organization)
    await storeLogin(cluster, namespace, { ...login, organizationId }, identityId)
    const session = await infisical.login(email, login.password, organizationId)
    const { left } = await settle(bootstrapping, session, login, identityId)
    return { session, bootstrapped: true, changed: true, ...(left === undefined ? {} : { left }) }
  }
  const [first, second] = [primary, copy].flatMap(kept => kept?.login ?? [])
  if (first === undefined) throw foreign('it was set up already, and not by Sealift', namespace)
  const { session, login } = await logIn(infisical, [first, second], namespace)
  const mark = primary?.mark ?? copy?.mark
  return { session, bootstrapped: false, ...(await settle(bootstrapping, session, login, mark)) }
}

/** @throws SealiftError FOREIGN_INSTALL for a login that somebody else has laid there: both places are written to */
function refuseForeignLogin({ place, managed }: KeptLogin): void {
  if (managed) return
  throw new SealiftError(
    'FOREIGN_INSTALL',
    `Secret ${place}/${adminSecretName} is there already, and Sealift did not make it`,
    { hints: ['whoever made it would know the password of Infisical’s admin: delete it first'] },
  )
}

/**
 * What is left to do once the admin is logged in. The Secret says what is known of bootstrap's identity: its id, which a
 * run that was killed has left, or that it was seen to already.
 */
async function settle(
  { cluster, namespace, organization }: Pick<Bootstrapping, 'cluster' | 'namespace' | 'organization'>,
  session: InfisicalSession,
  login: AdminLogin,
  known: string | undefined,
): Promise<Pick<Administration, 'changed' | 'left'>> {
  const { changed, left, mark } = await removeInstanceIdentity(session, known)
  const whole = { organization, ...login, organizationId: session.organizationId }
  const stored = await storeLogin(cluster, namespace, whole, mark)
  return { changed: changed || stored, ...(left === undefined ? {} : { left }) }
}
