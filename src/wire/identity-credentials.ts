import { type Cluster, type Infisical, type InfisicalSession, Secret } from '../ports/index.ts'
import { refusedLogin } from './bootstrap.ts'
import { readValues } from './connection.ts'
import { secretObject } from './secrets.ts'

/** Secret in ESO's namespace with the machine identity's clientId and clientSecret. */
export const credentialsSecretName = 'infisical-universal-auth'

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

/** Makes credentials for an identity and stores them. `known` says that it may have had others before. */
export async function newCredentials(
  cluster: Cluster,
  session: InfisicalSession,
  namespace: string,
  identityId: string,
  known: boolean,
): Promise<IdentityCredentials> {
  const clientId = new Secret(await session.attachUniversalAuth(identityId))
  const lost = known ? await session.clientSecrets(identityId, description) : []
  const clientSecret = await session.createClientSecret(identityId, description)
  const made = { identityId, clientId, clientSecret, lost }
  await store(cluster, namespace, made)
  return made
}

/** Revokes what was lost: whoever has it could still read what ESO reads. */
export async function revokeLost(
  cluster: Cluster,
  session: InfisicalSession,
  namespace: string,
  credentials: IdentityCredentials,
): Promise<void> {
  const { identityId, lost } = credentials
  if (lost.length === 0) return
  for (const id of lost) await session.revokeClientSecret(identityId, id)
  await store(cluster, namespace, { ...credentials, lost: [] })
}

async function store(cluster: Cluster, namespace: string, credentials: IdentityCredentials): Promise<void> {
  const { identityId, clientId, clientSecret, lost } = credentials
  const annotations = {
    [identityAnnotation]: identityId,
    ...(lost.length > 0 ? { [lostAnnotation]: lost.join(' ') } : {}),
  }
  await cluster.apply(secretObject(namespace, credentialsSecretName, { clientId, clientSecret }, annotations))
}
