import {
  credentialsSecretName,
  operatorIdentity,
  readValues,
  refusedLogin,
} from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import {
  type Cluster,
  type Identity,
  type Infisical,
  type InfisicalSession,
  Secret,
} from '../../../kernel/ports/index.ts'
import { storeSecret } from '../secrets.ts'

const identityAnnotation = 'sealift.dev/identity'
/** Ids of client secrets that are to be revoked, so that a rerun does it when this run is killed before. */
const lostAnnotation = 'sealift.dev/revoke'
/** Of the client secrets, so that those that somebody else made for the identity are left alone. */
const description = 'External Secrets Operator, made by Sealift'

/** A machine identity's credentials as the cluster has them. */
export interface IdentityCredentials {
  readonly identityId: string
  readonly clientId: Secret
  readonly clientSecret: Secret
  /** Client secrets of earlier installs, which still log in. */
  readonly lost: readonly string[]
}

/** The credentials in the cluster, if the server takes them. One try: three bad ones lock it for five minutes. */
export async function keptCredentials(
  cluster: Cluster,
  infisical: Infisical,
  namespace: string,
): Promise<IdentityCredentials | undefined> {
  const found = await readValues(cluster, namespace, credentialsSecretName)
  const { [identityAnnotation]: identityId, [lostAnnotation]: lost } =
    found?.object.metadata.annotations ?? {}
  const clientId = found?.values.get('clientId')
  const clientSecret = found?.values.get('clientSecret')
  if (identityId === undefined || clientId === undefined || clientSecret === undefined) return undefined
  try {
    await infisical.loginIdentity({ clientId: clientId.reveal(), clientSecret })
    return { identityId, clientId, clientSecret, lost: lost?.split(' ') ?? [] }
  } catch (error) {
    if (refusedLogin(error)) return undefined
    throw error
  }
}

/**
 * ESO's identity: the one whose credentials the cluster has, though they do not log in; else the only one of its
 * name; else a new one.
 * @throws SealiftError SERVER_FAILED when there are several and none can be told from the others
 */
export async function ensureIdentity(
  cluster: Cluster,
  session: InfisicalSession,
  namespace: string,
): Promise<Identity> {
  const found = await session.identities(operatorIdentity)
  const [first, ...others] = found
  if (first === undefined) return await session.createIdentity(operatorIdentity)
  if (others.length === 0) return first
  const stored = await readValues(cluster, namespace, credentialsSecretName)
  const ours = found.find(({ id }) => id === stored?.object.metadata.annotations?.[identityAnnotation])
  if (ours !== undefined) return ours
  const ids = found.map(({ id }) => id)
  throw new SealiftError(
    'SERVER_FAILED',
    `Infisical has ${ids.length} identities named ${operatorIdentity}, and nothing says which is Sealift's: ${ids.join(', ')}`,
    { faults: ids, hints: ['Delete, or rename, those that are not to be used; then run it again.'] },
  )
}

/** Makes credentials for an identity and stores them, with the ids of those that it had before. */
export async function newCredentials(
  cluster: Cluster,
  session: InfisicalSession,
  namespace: string,
  identity: Identity,
): Promise<IdentityCredentials> {
  const identityId = identity.id
  const clientId = new Secret(await session.attachUniversalAuth(identity))
  const lost = await session.clientSecrets(identityId, description)
  const clientSecret = await session.createClientSecret(identityId, description)
  const made = { identityId, clientId, clientSecret, lost }
  await store(cluster, namespace, made)
  return made
}

/** Revokes what was lost: whoever has it could still read what ESO reads. Tells whether there was anything. */
export async function revokeLost(
  cluster: Cluster,
  session: InfisicalSession,
  namespace: string,
  credentials: IdentityCredentials,
): Promise<boolean> {
  const { identityId, lost } = credentials
  if (lost.length === 0) return false
  // A run that was killed may have revoked some, and a person may have deleted others.
  const good = await session.clientSecrets(identityId, description)
  for (const id of lost.filter(id => good.includes(id))) await session.revokeClientSecret(identityId, id)
  await store(cluster, namespace, { ...credentials, lost: [] })
  return true
}

/**
 * Revokes every client secret that Sealift made for ESO's identity; those that others made stay. Gives how many.
 * @throws SealiftError SERVER_FAILED
 */
export async function revokeCredentials(session: InfisicalSession): Promise<number> {
  let revoked = 0
  for (const { id, authMethods } of await session.identities(operatorIdentity)) {
    if (!authMethods.includes('universal-auth')) continue
    for (const secret of await session.clientSecrets(id, description)) {
      await session.revokeClientSecret(id, secret)
      revoked += 1
    }
  }
  return revoked
}

async function store(cluster: Cluster, namespace: string, credentials: IdentityCredentials): Promise<void> {
  const { identityId, clientId, clientSecret, lost } = credentials
  const values = { clientId, clientSecret }
  await storeSecret(cluster, namespace, credentialsSecretName, values, {
    [identityAnnotation]: identityId,
    [lostAnnotation]: lost.length > 0 ? lost.join(' ') : undefined,
  })
}
