import {
  credentialsSecretName,
  isManaged,
  managed,
  servedBy,
  storeIdentity,
  storeName,
  storePlace,
} from '../../kernel/access/index.ts'
import { identityOf } from '../../kernel/owned/index.ts'
import {
  type Cluster,
  type Infisical,
  type InfisicalSession,
  isTerminating,
  type KubernetesObject,
  kinds,
} from '../../kernel/ports/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import type { Pace } from '../pace/index.ts'
import { type Observed, observe } from '../tenancy/index.ts'
import { foreignInTheWay, refuseForeign, storeOf } from './external-secrets.ts'
import { type StandingLogin, standingLogin } from './login.ts'
import { type ObservedLooks, observeLooks } from './looks.ts'
import { type ObservedPushes, observePushes } from './push-observed.ts'
import type { Site } from './site.ts'
import {
  credentialsOf,
  objectNameOf,
  placeOfStore,
  type Served,
  storeNameOf,
  tenancyOfStores,
} from './wanted.ts'

/** What looking at stores needs. */
export interface Looking {
  readonly cluster: Cluster
  readonly infisical: Infisical
  readonly session: InfisicalSession
  readonly pace: Pace
  readonly site: Site
}

/** What there is of the stores. */
export interface ObservedStores extends ObservedPushes, ObservedLooks {
  /** The server: projects that stores are for, and every identity. */
  readonly server: Observed
  /** Every ClusterSecretStore that Sealift made for an environment, or for all teams, by its name. */
  readonly stores: ReadonlyMap<string, KubernetesObject>
  /** The install's own, where it still has the name of the one for all teams. */
  readonly installs: KubernetesObject | undefined
  /** The Secrets of Sealift's that stores log in with, by their name. */
  readonly secrets: ReadonlyMap<string, KubernetesObject>
  /** Logins that stand, by the store's name. */
  readonly kept: ReadonlyMap<string, StandingLogin>
  /** Ids of identities that may be somebody else's: nothing in the cluster names them, and they can log in, or are more than no-access. */
  readonly strange: ReadonlySet<string>
  /** ExternalSecrets that Sealift made for stores. */
  readonly externalSecrets: readonly KubernetesObject[]
  readonly namespaces: ReadonlySet<string>
}

/**
 * Looks at all that the stores of a file are made of. Logs in with each store's credentials, once.
 * @throws SealiftError FOREIGN_INSTALL for objects of their names that are not Sealift's, all at once, TENANCY_INVALID,
 * SERVER_FAILED, CLUSTER_*
 */
export async function observeStores(
  tenancy: Tenancy,
  serve: readonly Served[],
  looking: Looking,
): Promise<ObservedStores> {
  const { cluster, session, pace, site } = looking
  const [named, ours, externalSecrets, namespaces, secrets] = await Promise.all([
    cluster.list(kinds.clusterSecretStore),
    cluster.list(kinds.secret, site.externalSecrets, labelsOf(managed)),
    cluster.list(kinds.externalSecret),
    cluster.list(kinds.namespace),
    Promise.all(
      serve.map(served => {
        const { name, namespace } = credentialsOf(served, site)
        return cluster.get(kinds.secret, name, namespace)
      }),
    ),
  ])
  const pushing = await observePushes(serve, cluster, named)
  refuseForeign([
    ...foreignStores(serve, named, secrets),
    ...(await foreignInTheWay(serve, externalSecrets, cluster)),
    ...pushing.foreignPushes,
  ])
  const stores = named.filter(
    store => isManaged(store) && identityOf(store) !== undefined && placeOfStore(store) !== undefined,
  )
  const one = named.find(({ metadata }) => metadata.name === storeName)
  const credentials = ours.filter(secret => placeOf(secret) !== undefined)
  const server = await observe(tenancyOfStores(tenancy, serve), session.tenancy, pace)
  const places = [
    ...[...stores.map(placeOfStore), ...credentials.map(placeOf)],
    ...server.identities.map(({ name }) => servedBy(name)),
  ]
  const looks = await observeLooks(tenancy, places, server, {
    ...{ ...looking, read: one && isManaged(one) ? placeOfStore(one) : undefined },
  })
  const known = new Set([...stores, ...credentials].map(identityOf))
  const strange = await Promise.all(
    server.identities
      .filter(({ id, name }) => servedBy(name) !== undefined && !known.has(id))
      .map(async ({ id, name }) => {
        const found = await pace.read(() => session.identities(name))
        // One that cannot log in yet, and is nothing in the organisation, is what a run that was killed has left.
        const isLeft = found.every(
          identity =>
            identity.id !== id || (identity.authMethods.length === 0 && identity.role === 'no-access'),
        )
        return isLeft ? [] : [id]
      }),
  )
  const kept = await Promise.all(
    serve.map(async served => {
      const name = storeIdentity(served.project, served.environment)
      const identity = server.identities.find(identity => identity.name === name)
      const good = await standingLogin(credentialsOf(served, site), identity, looking)
      // Rights are the identity's of this name: another one's credentials are of no use.
      const fits = server.identities.some(
        identity => identity.name === name && identity.id === good?.identityId,
      )
      return good !== undefined && fits ? [[storeNameOf(served), good] as const] : []
    }),
  )
  const byName = (objects: readonly KubernetesObject[]) =>
    new Map(objects.map(object => [object.metadata.name, object]))
  return {
    ...{ server, stores: byName(stores), secrets: byName(credentials), kept: new Map(kept.flat()) },
    strange: new Set(strange.flat()),
    installs: isManaged(one) && identityOf(one) === undefined ? one : undefined,
    ...looks,
    externalSecrets: externalSecrets.filter(object => storeOf(object) !== undefined),
    // In one that is being deleted nothing can be made any more.
    namespaces: new Set(namespaces.filter(one => !isTerminating(one)).map(({ metadata }) => metadata.name)),
    ...pushing,
  }
}

const labelsOf = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels)
    .map(pair => pair.join('='))
    .join()

/** The environment whose store logs in with a Secret. */
export function placeOf({ metadata: { name } }: KubernetesObject): ReturnType<typeof storePlace> {
  const before = `${credentialsSecretName}.`
  return name.startsWith(before) ? storePlace(name.slice(before.length)) : undefined
}

function foreignStores(
  serve: readonly Served[],
  stores: readonly KubernetesObject[],
  secrets: readonly (KubernetesObject | undefined)[],
): string[] {
  const names = new Set(serve.map(objectNameOf))
  const taken = [
    ...stores.filter(({ metadata }) => names.has(metadata.name)),
    ...secrets.filter(secret => secret !== undefined),
  ]
  return taken
    .filter(object => !isManaged(object) || (identityOf(object) === undefined && !isInstalls(object)))
    .map(({ kind, metadata: { namespace, name } }) => `${kind} ${namespace ? `${namespace}/` : ''}${name}`)
}

/** Whether it is the store of an install, which gives its name to the one for all teams. */
const isInstalls = ({ kind, metadata }: KubernetesObject) =>
  kind === kinds.clusterSecretStore.kind && metadata.name === storeName
