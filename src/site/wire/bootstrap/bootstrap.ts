import { SealiftError } from '../../../kernel/errors/index.ts'
import type {
  Cluster,
  Infisical,
  InfisicalSession,
  KubernetesObject,
  Random,
  Secret,
} from '../../../kernel/ports/index.ts'
import { readValues } from '../connection.ts'
import { isManaged, managed, systemNamespace } from '../managed.ts'
import { makePassword, storeSecret } from '../secrets.ts'
import { removeInstanceIdentity } from './instance-identity.ts'
import { statusOf } from './refusals.ts'

/**
 * Secret in `sealift-system` with the admin's login: email, password, organization, organizationId. As long as the
 * identity that bootstrap made is there, it is annotated with its id. The password cannot be had again: the same Secret
 * lies in Infisical's namespace too, beside the keys that open everything anyway.
 */
export const adminSecretName = 'infisical-admin'

const identityAnnotation = 'sealift.dev/instance-identity'

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
 * an install killed in between goes on. The administrator's identity that bootstrap makes is taken away.
 * @throws SealiftError FOREIGN_INSTALL when somebody else set the server up, SERVER_FAILED, CLUSTER_*
 */
export async function ensureAdmin(bootstrapping: Bootstrapping): Promise<Administration> {
  const { cluster, infisical, random, email, organization, namespace } = bootstrapping
  const { initialized } = await infisical.status()
  const [primary, copy] = await Promise.all(
    [systemNamespace, namespace].map(place => readValues(cluster, place, adminSecretName)),
  )
  for (const one of [primary, copy]) if (one !== undefined) refuseForeignLogin(one.object)
  // A server that nobody has set up yet has no admin whose login could have been lost.
  const found = primary ?? (initialized ? copy : undefined)
  const known = found?.values.get('password')
  if (!initialized) {
    const login = { email, password: known ?? makePassword(random), organization }
    await store(cluster, namespace, login)
    const { organizationId, identityId } = await infisical.bootstrap(email, login.password, organization)
    await store(cluster, namespace, { ...login, organizationId }, identityId)
    const session = await infisical.login(email, login.password, organizationId)
    const { left } = await settle(bootstrapping, session, login, identityId)
    return { session, bootstrapped: true, changed: true, ...(left === undefined ? {} : { left }) }
  }
  if (found === undefined || known === undefined) throw foreign('it was set up already, and not by Sealift')
  const text = (key: string) => found.values.get(key)?.reveal()
  const kept = {
    email: text('email') ?? email,
    password: known,
    organization: text('organization') ?? organization,
  }
  const session = await login(infisical, kept.email, known, text('organizationId'))
  const identityId = found.object.metadata.annotations?.[identityAnnotation]
  return { session, bootstrapped: false, ...(await settle(bootstrapping, session, kept, identityId)) }
}

/** @throws SealiftError FOREIGN_INSTALL for a login that somebody else has laid there: both places are written to */
function refuseForeignLogin(object: KubernetesObject): void {
  if (isManaged(object)) return
  throw new SealiftError(
    'FOREIGN_INSTALL',
    `Secret ${object.metadata.namespace}/${adminSecretName} is there already, and Sealift did not make it`,
    { hints: ['whoever made it would know the password of Infisical’s admin: delete it first'] },
  )
}

/** What is left to do once the admin is logged in; a run that was killed before finds the identity's id in the Secret. */
async function settle(
  { cluster, namespace }: Pick<Bootstrapping, 'cluster' | 'namespace'>,
  session: InfisicalSession,
  login: Login,
  identityId: string | undefined,
): Promise<Pick<Administration, 'changed' | 'left'>> {
  const { changed, left } = await removeInstanceIdentity(session, identityId)
  const stored = await store(cluster, namespace, {
    ...login,
    organizationId: session.organizationId,
  })
  return { changed: changed || stored, ...(left === undefined ? {} : { left }) }
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
  return [400, 401].includes(statusOf(error) ?? 0)
}

interface Login {
  readonly email: string
  readonly password: Secret
  readonly organization: string
  readonly organizationId?: string
}

async function store(
  cluster: Cluster,
  namespace: string,
  login: Login,
  identityId?: string,
): Promise<boolean> {
  const { email, password, organization, organizationId } = login
  const values = { email, password, organization, organizationId }
  const annotations = { [identityAnnotation]: identityId }
  let changed = false
  for (const place of [systemNamespace, namespace])
    changed = (await storeSecret(cluster, place, adminSecretName, values, annotations)) || changed
  return changed
}

function foreign(reason: string, cause?: unknown): SealiftError {
  const label = Object.entries(managed).map(pair => pair.join('='))
  return new SealiftError('FOREIGN_INSTALL', `this Infisical is not Sealift's: ${reason}`, {
    cause,
    hints: [
      `If it is yours, put the admin's email and password into Secret ${systemNamespace}/${adminSecretName}, labelled ${label}.`,
      'If not, point the site file at another database and namespace.',
    ],
  })
}
