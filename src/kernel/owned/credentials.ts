import { credentialsSecretName, readValues, refusedLogin } from '../access/index.ts'
import {
  type Cluster,
  type Identity,
  type Infisical,
  type InfisicalSession,
  type KubernetesObject,
  Secret,
} from '../ports/index.ts'
import { storeSecret } from './secrets.ts'

const identityAnnotation = 'sealift.dev/identity'
/** Ids of client secrets that are to be revoked, so that a rerun does it when this run is killed before. */
const lostAnnotation = 'sealift.dev/revoke'

/** A Secret that holds a machine identity's clientId and clientSecret. */
export interface CredentialsPlace {
  readonly namespace: string
  readonly name: string
  /** Of the client secrets on the server, so that those that somebody else made for the identity are left alone. */
  readonly description: string
}

/** Where the store of a project's environment has its credentials; `namespace` is ESO's. */
export function storeCredentials(store: string, namespace: string): CredentialsPlace {
  const description = `ClusterSecretStore ${store}, made by Sealift`
  return { namespace, name: `${credentialsSecretName}.${store}`, description }
}

/** Where ESO has the credentials of the install's own store; `namespace` is its own. */
export function operatorPlace(namespace: string): CredentialsPlace {
  return {
    namespace,
    name: credentialsSecretName,
    description: 'External Secrets Operator, made by Sealift',
  }
}

/** The place of credentials by the name of their Secret; nothing for any other name. `namespace` is ESO's. */
export function placeOfSecret(name: string, namespace: string): CredentialsPlace | undefined {
  if (name === credentialsSecretName) return operatorPlace(namespace)
  const before = `${credentialsSecretName}.`
  return name.startsWith(before) ? storeCredentials(name.slice(before.length), namespace) : undefined
}

/** A machine identity's credentials as the cluster has them. */
export interface IdentityCredentials {
  readonly identityId: string
  readonly clientId: Secret
  readonly clientSecret: Secret
  /** Client secrets of earlier runs, which still log in. */
  readonly lost: readonly string[]
}

/** Id of the identity that an object of Sealift's is about. */
export function identityOf(object: KubernetesObject | undefined): string | undefined {
  return object?.metadata.annotations?.[identityAnnotation]
}

/** The annotation that {@link identityOf} reads. */
export function markedIdentity(identityId: string): Readonly<Record<string, string>> {
  return { [identityAnnotation]: identityId }
}

/** The credentials in the cluster, if the server takes them. One try: three bad ones lock it for five minutes. */
export async function keptCredentials(
  cluster: Cluster,
  infisical: Pick<Infisical, 'loginIdentity'>,
  { namespace, name }: CredentialsPlace,
): Promise<IdentityCredentials | undefined> {
  const found = await readValues(cluster, namespace, name)
  const identityId = identityOf(found?.object)
  const lost = found?.object.metadata.annotations?.[lostAnnotation]
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
 * Makes credentials for an identity and stores them, with the ids of those that it had before. Whoever went on with
 * revoked ones, as ESO does, has locked it out: that ends once the new ones are there to be read.
 */
export async function newCredentials(
  cluster: Cluster,
  session: Pick<
    InfisicalSession,
    'attachUniversalAuth' | 'clientSecrets' | 'createClientSecret' | 'clearLockouts'
  >,
  place: CredentialsPlace,
  identity: Identity,
): Promise<IdentityCredentials> {
  const identityId = identity.id
  const clientId = new Secret(await session.attachUniversalAuth(identity))
  const lost = await session.clientSecrets(identityId, place.description)
  const clientSecret = await session.createClientSecret(identityId, place.description)
  const made = { identityId, clientId, clientSecret, lost }
  await store(cluster, place, made)
  if (identity.authMethods.includes('universal-auth')) await session.clearLockouts(identityId)
  return made
}

/** Revokes what was lost: whoever has it could still read what ESO reads. Tells whether there was anything. */
export async function revokeLost(
  cluster: Cluster,
  session: Pick<InfisicalSession, 'clientSecrets' | 'revokeClientSecret'>,
  place: CredentialsPlace,
  credentials: IdentityCredentials,
): Promise<boolean> {
  const { identityId, lost } = credentials
  if (lost.length === 0) return false
  // A run that was killed may have revoked some, and a person may have deleted others.
  const good = await session.clientSecrets(identityId, place.description)
  for (const id of lost.filter(id => good.includes(id))) await session.revokeClientSecret(identityId, id)
  await store(cluster, place, { ...credentials, lost: [] })
  return true
}

async function store(
  cluster: Cluster,
  { namespace, name }: CredentialsPlace,
  { identityId, clientId, clientSecret, lost }: IdentityCredentials,
): Promise<void> {
  await storeSecret(
    cluster,
    namespace,
    name,
    { clientId, clientSecret },
    {
      [identityAnnotation]: identityId,
      [lostAnnotation]: lost.length > 0 ? lost.join(' ') : undefined,
    },
  )
}
