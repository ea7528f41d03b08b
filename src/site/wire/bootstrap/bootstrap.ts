import {
  type AdminLogin,
  adminSecretName,
  foreign,
  type KeptLogin,
  keptLogins,
  logIn,
  possibleLogins,
  spoiltLogin,
} from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type {
  Bootstrapped,
  Cluster,
  Infisical,
  InfisicalSession,
  Random,
  Secret,
} from '../../../kernel/ports/index.ts'
import { makePassword } from '../secrets.ts'
import { adopt } from './adopt.ts'
import { removeInstanceIdentity } from './instance-identity.ts'
import { refused } from './refusals.ts'
import { type LoginNotes, notesOf, storeLogin } from './store-login.ts'

/** What bootstrapping needs. The namespace `sealift-system` must be there. */
export interface Bootstrapping {
  readonly cluster: Cluster
  readonly infisical: Infisical
  readonly random: Random
  readonly email: string
  readonly organization: string
  /** Infisical's. */
  readonly namespace: string
  /** The password that the site file names; asked only where it is needed. Where it names none one is made. */
  readonly given?: () => Promise<Secret>
}

/** The server is set up, and who administers it. */
export interface Administration {
  readonly session: InfisicalSession
  /** Whether it was set up just now. */
  readonly bootstrapped: boolean
  /** Whether somebody else set it up. */
  readonly adopted: boolean
  /** Whether anything was written, on the server or in the cluster. */
  readonly changed: boolean
  /** What the server did not let Sealift take away, in a sentence. */
  readonly left?: string
}

type Kept = readonly [primary: KeptLogin | undefined, copy: KeptLogin | undefined]
interface Found {
  readonly session: InfisicalSession
  readonly login: AdminLogin
  readonly notes: LoginNotes
}

/**
 * Sets the server up, once in its life, and logs in as the admin. The password is stored before it is used, so that
 * an install killed in between goes on; a login that somebody has spoilt is mended from its copy. The administrator's
 * identity that bootstrap makes is taken away. A server that somebody else has set up is adopted with the login that
 * the site file names, and nothing is taken away there.
 * @throws SealiftError FOREIGN_INSTALL when somebody else set the server up and no login fits, SITE_INVALID when the
 * site file's is no admin's of the organisation, SERVER_FAILED, CLUSTER_*
 */
export async function ensureAdmin(bootstrapping: Bootstrapping): Promise<Administration> {
  const { cluster, infisical, email, namespace } = bootstrapping
  const { initialized } = await infisical.status()
  const kept = await keptLogins(cluster, namespace, email)
  for (const one of kept) if (one !== undefined) refuseForeignLogin(one)
  if (!initialized) {
    const found = await bootstrap(bootstrapping, kept)
    if (found !== undefined)
      return { bootstrapped: true, ...(await settle(bootstrapping, found)), changed: true }
  }
  const found = await known(bootstrapping, initialized ? kept : await keptLogins(cluster, namespace, email))
  return { bootstrapped: false, ...(await settle(bootstrapping, found)) }
}

/** Nothing where somebody else was faster: the server tells so much by being set up then. */
async function bootstrap(bootstrapping: Bootstrapping, [primary]: Kept): Promise<Found | undefined> {
  const { cluster, infisical, random, email, organization, namespace, given } = bootstrapping
  // A server that nobody has set up yet has no admin whose login could have been lost: the copy is no one's.
  const password = primary?.login?.password ?? (await given?.()) ?? makePassword(random)
  const login = { email, password, organization }
  await storeLogin(cluster, namespace, login)
  let made: Bootstrapped
  try {
    made = await infisical.bootstrap(email, password, organization)
  } catch (error) {
    if (refused(error) && (await infisical.status()).initialized) return undefined
    throw error
  }
  const { organizationId, identityId: mark } = made
  await storeLogin(cluster, namespace, { ...login, organizationId }, { mark })
  return { session: await infisical.login(email, password, organizationId), login, notes: { mark } }
}

/** The admin of a server that was set up; changes nothing: by what Sealift keeps, else by what the site file names. */
export async function known(bootstrapping: Bootstrapping, kept: Kept): Promise<Found> {
  const { infisical, email, organization, namespace, given } = bootstrapping
  const notes = notesOf(kept)
  const [first, ...others] = possibleLogins(kept)
  try {
    if (first === undefined) throw foreign('it was set up already, and not by Sealift', namespace)
    const { session, login } = await logIn(infisical, [first, ...others], namespace)
    // One that a person has laid there says nothing of where it is from: what is on the server may be theirs.
    const laid = login.organization === undefined && notes.mark === undefined
    return { session, login, notes: { ...notes, adopted: notes.adopted || laid } }
  } catch (error) {
    if (given === undefined || !isForeign(error)) throw error
    const found = await adopt({ infisical, email, password: await given(), organization, namespace })
    // A login that was taken once has its organisation: that server was set up by Sealift, and has another password now.
    const own = kept.some(one => one?.login?.organizationId !== undefined && !one.adopted)
    return { ...found, notes: { ...notes, adopted: !own } }
  }
}

const isForeign = (error: unknown) =>
  (error instanceof SealiftError && error.code === 'FOREIGN_INSTALL') || spoiltLogin(error)

/** @throws SealiftError FOREIGN_INSTALL for a login that somebody else has laid there: both places are written to */
export function refuseForeignLogin({ place, managed }: KeptLogin): void {
  if (managed) return
  throw new SealiftError(
    'FOREIGN_INSTALL',
    `Secret ${place}/${adminSecretName} is there already, and Sealift did not make it`,
    { hints: ['whoever made it would know the password of Infisical’s admin: delete it first'] },
  )
}

/**
 * What is left to do once the admin is logged in. The Secret says what is known of bootstrap's identity: its id, which a
 * run that was killed has left, or that it was seen to already. That of somebody else's bootstrap is theirs.
 */
async function settle(
  { cluster, namespace, organization }: Pick<Bootstrapping, 'cluster' | 'namespace' | 'organization'>,
  { session, login, notes }: Found,
): Promise<Omit<Administration, 'bootstrapped'>> {
  const { adopted = false } = notes
  const taken = adopted ? undefined : await removeInstanceIdentity(session, notes.mark)
  const whole = { organization, ...login, organizationId: session.organizationId }
  const stored = await storeLogin(cluster, namespace, whole, { ...notes, mark: taken?.mark })
  const changed = (taken?.changed ?? false) || stored
  return { session, adopted, changed, ...(taken?.left === undefined ? {} : { left: taken.left }) }
}
