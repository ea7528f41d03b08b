import { isManaged } from '../../kernel/access/index.ts'
import { fieldsOf } from '../../kernel/objects/index.ts'
import {
  type CredentialsPlace,
  type IdentityCredentials,
  identityOf,
  keptCredentials,
  newCredentials,
  placeOfSecret,
  revokeLost,
} from '../../kernel/owned/index.ts'
import { isTerminating, type KubernetesObject, kinds, type ServerIdentity } from '../../kernel/ports/index.ts'
import type { Unmet } from '../tenancy/index.ts'
import type { Looking } from './observe.ts'

/** Credentials that External Secrets Operator logs in with. */
export interface StandingCredentials {
  readonly place: CredentialsPlace
  readonly identityId: string
}

/** Those of them that a client secret is in: a store that logs in otherwise has none. By name. @throws SealiftError CLUSTER_* */
export async function credentialsThere({
  cluster,
  site: { externalSecrets: namespace },
}: Pick<Looking, 'cluster' | 'site'>): Promise<StandingCredentials[]> {
  const found = await cluster.list(kinds.secret, namespace)
  return found
    .filter(
      secret => isManaged(secret) && !isTerminating(secret) && 'clientSecret' in fieldsOf(secret['data']),
    )
    .flatMap(standing)
    .sort((a, b) => (a.place.name < b.place.name ? -1 : 1))
}

function standing(secret: KubernetesObject): StandingCredentials[] {
  const { name, namespace = '' } = secret.metadata
  const place = placeOfSecret(name, namespace)
  const identityId = identityOf(secret)
  return place !== undefined && identityId !== undefined ? [{ place, identityId }] : []
}

/** Credentials that were put in the place of others, which still log in: their ids are in `lost`. */
export interface Renewed {
  readonly place: CredentialsPlace
  readonly identity: string
  readonly credentials: IdentityCredentials
}

/**
 * Gives an identity another client secret, and puts that in the place of the one that is there, which goes on to log in.
 * Where a run was killed after that, its client secret is taken. The new one is proven by a login.
 * @throws SealiftError SERVER_FAILED, FOREIGN_INSTALL, CLUSTER_*
 */
export async function renew(
  { place, identityId }: StandingCredentials,
  identities: readonly ServerIdentity[],
  { cluster, infisical, session, pace }: Omit<Looking, 'site'>,
): Promise<Renewed | Unmet> {
  const name = `Secret ${place.namespace}/${place.name}`
  const identity = identities.find(({ id }) => id === identityId)
  if (identity === undefined)
    return { name, why: `the server has no identity ${identityId}: sealift stores apply makes one` }
  const begun = await pace.read(() => keptCredentials(cluster, infisical, place))
  if (begun === undefined || begun.lost.length === 0)
    await pace.change(() => newCredentials(cluster, session, place, identity))
  else return { place, identity: identity.name, credentials: begun }
  const credentials = await pace.read(() => keptCredentials(cluster, infisical, place))
  return credentials === undefined
    ? { name, why: `the server does not take the new client secret of identity ${identity.name}` }
    : { place, identity: identity.name, credentials }
}

/** Revokes the client secrets of before; gives how many. @throws SealiftError SERVER_FAILED, CLUSTER_* */
export async function revokeEarlier(
  { place, credentials }: Renewed,
  { cluster, session, pace }: Pick<Looking, 'cluster' | 'session' | 'pace'>,
): Promise<number> {
  await pace.change(() => revokeLost(cluster, session, place, credentials))
  return credentials.lost.length
}
