import { isDeepStrictEqual } from 'node:util'
import { readValues } from '../../kernel/access/index.ts'
import {
  type CredentialsPlace,
  type IdentityCredentials,
  identityOf,
  keptCredentials,
  markedIdentity,
  newCredentials,
  revokeLost,
  storeSecret,
} from '../../kernel/owned/index.ts'
import type {
  Cluster,
  Identity,
  Infisical,
  InfisicalSession,
  KubernetesAuth,
  ServerIdentity,
} from '../../kernel/ports/index.ts'
import type { Pace } from '../pace/index.ts'
import type { Site } from './site.ts'

// How a store logs in: with a client secret, or, where the site has an account for it, as that.

/** A login that stands, and what is still to be taken away of another. */
export interface StandingLogin {
  readonly identityId: string
  /** In words. */
  readonly rest?: string
  readonly credentials?: IdentityCredentials
}

/** What making a login needs. */
interface Making {
  readonly cluster: Cluster
  readonly session: InfisicalSession
  readonly site: Site
}

/** `auth` of a store that logs in with what is at a place. */
export function authOf({ namespace, name }: CredentialsPlace, { account }: Pick<Site, 'account'>): object {
  const key = (key: string) => ({ namespace, name, key })
  // Without a path ESO takes the token that every pod of its account has.
  return account === undefined
    ? { universalAuthCredentials: { clientId: key('clientId'), clientSecret: key('clientSecret') } }
    : { kubernetesAuthCredentials: { identityId: key('identityId') } }
}

/** What is made where no login stands, in words. */
export function wordsOfLogin({ account, externalSecrets }: Site): string {
  return account === undefined
    ? 'a client secret of its identity'
    : `Kubernetes auth for service account ${externalSecrets}/${account.account}`
}

/** What an identity is to have; `undefined` where stores log in with a client secret. */
function wantedAuth({ account, externalSecrets }: Site): KubernetesAuth | undefined {
  return (
    account && {
      // As Infisical's pods reach it; its certificate has this name.
      ...{ host: 'https://kubernetes.default.svc', ca: account.ca },
      ...{ names: [account.account], namespaces: [externalSecrets], audience: '' },
      // As with a client secret: ESO logs in anew for every reconcile.
      ...{ ttl: 3600, maxTtl: 86_400 },
    }
  )
}

/** The login of a store's identity, if it stands. @throws SealiftError SERVER_FAILED, CLUSTER_* */
export async function standingLogin(
  place: CredentialsPlace,
  identity: ServerIdentity | undefined,
  {
    cluster,
    infisical,
    session,
    pace,
    site,
  }: Making & { readonly infisical: Infisical; readonly pace: Pace },
): Promise<StandingLogin | undefined> {
  const wanted = wantedAuth(site)
  const attached = identity?.authMethods.includes('kubernetes-auth') ?? false
  if (wanted === undefined) {
    const credentials = await pace.read(() => keptCredentials(cluster, infisical, place))
    if (credentials === undefined) return undefined
    const { identityId, lost } = credentials
    const rest =
      lost.length > 0 ? 'revokes earlier ones' : attached ? 'takes Kubernetes auth away' : undefined
    return { identityId, credentials, ...(rest && { rest }) }
  }
  const found = await readValues(cluster, place.namespace, place.name)
  const identityId = identityOf(found?.object)
  if (found === undefined || identity === undefined || !attached || identityId !== identity.id)
    return undefined
  if (found.values.get('identityId')?.reveal() !== identityId) return undefined
  const auth = await pace.read(() => session.kubernetesAuth.get(identityId))
  if (!isDeepStrictEqual({ ...auth, ca: auth.ca.trim() }, wanted)) return undefined
  return { identityId, ...(found.values.has('clientSecret') && { rest: 'takes its client secret away' }) }
}

/** Makes a login stand, beside the one of before. @throws SealiftError SERVER_FAILED, FOREIGN_INSTALL, CLUSTER_* */
export async function makeLogin(
  place: CredentialsPlace,
  identity: Identity,
  standing: StandingLogin | undefined,
  { cluster, session, site }: Making,
): Promise<void> {
  const wanted = wantedAuth(site)
  // First of all whose identity it is: one that can log in, and that nothing names, would be taken for another's.
  if (standing === undefined)
    await storeSecret(cluster, place.namespace, place.name, {}, markedIdentity(identity.id))
  if (wanted === undefined) {
    const good = standing?.credentials ?? (await newCredentials(cluster, session, place, identity))
    await revokeLost(cluster, session, place, good)
    return
  }
  if (standing !== undefined) return
  if (identity.authMethods.includes('kubernetes-auth'))
    await session.kubernetesAuth.change(identity.id, wanted)
  else await session.kubernetesAuth.attach(identity.id, wanted)
  const kept = (await readValues(cluster, place.namespace, place.name))?.values
  const values = { ...Object.fromEntries(kept ?? []), identityId: identity.id }
  await storeSecret(cluster, place.namespace, place.name, values, markedIdentity(identity.id))
}

/** Whether an identity can still log in the other way. @throws SealiftError CLUSTER_* */
export async function hasOtherLogin(
  { namespace, name }: CredentialsPlace,
  { authMethods }: Identity,
  { cluster, site }: Pick<Making, 'cluster' | 'site'>,
): Promise<boolean> {
  if (wantedAuth(site) === undefined) return authMethods.includes('kubernetes-auth')
  return (await readValues(cluster, namespace, name))?.values.has('clientSecret') ?? false
}

/** Takes the other way to log in away, which is there, once the store has this one. @throws SealiftError SERVER_FAILED, CLUSTER_* */
export async function settleLogin(
  { namespace, name, description }: CredentialsPlace,
  { id: identityId }: Identity,
  { cluster, session, site }: Making,
): Promise<void> {
  if (wantedAuth(site) === undefined) {
    await session.kubernetesAuth.revoke(identityId)
    return
  }
  for (const id of await session.clientSecrets(identityId, description))
    await session.revokeClientSecret(identityId, id)
  const values = { identityId, clientId: undefined, clientSecret: undefined }
  await storeSecret(cluster, namespace, name, values, markedIdentity(identityId))
}
