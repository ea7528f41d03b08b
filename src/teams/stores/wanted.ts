import { isDeepStrictEqual } from 'node:util'
import { managed, serviceUrl, storeIdentity, storeName, storePlace } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { fieldsOf, textsIn } from '../../kernel/objects/index.ts'
import {
  type CredentialsPlace,
  covers,
  identityOf,
  markedIdentity,
  storeCredentials,
} from '../../kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import type { Tenancy, TenancyStores } from '../../kernel/tenancy-file/index.ts'
import { lookMark, lookOf } from '../looking/index.ts'
import { accountOf } from './account.ts'
import { authOf } from './login.ts'
import type { Site } from './site.ts'

/** One environment of a project, by their slugs. */
export interface Place {
  readonly project: string
  readonly environment: string
}

/** A store that the file wants; `store` is the name of the one that serves all teams. */
export type Served = TenancyStores['serve'][number] & { readonly store?: string }

/** Name of a ClusterSecretStore that the file wants. */
export const objectNameOf = (served: Served): string => served.store ?? storeNameOf(served)

/** Whom a store serves, in words. */
export const whomItServes = ({ namespaces }: Served): string =>
  `serves ${namespaces.length === 0 ? 'every namespace' : namespaces.toSorted().join(', ')}`

/** The environment that a store reads, by its name, or, of the one that serves all teams, by what it says. */
export function placeOfStore({ metadata: { name }, spec }: KubernetesObject): Place | undefined {
  if (name !== storeName) return storePlace(name)
  const { infisical } = fieldsOf(fieldsOf(spec)['provider'])
  const { projectSlug, environmentSlug } = textsIn(fieldsOf(infisical)['secretsScope'])
  return storePlace(`${projectSlug}.${environmentSlug}`)
}

/** Name of an environment's ClusterSecretStore, `talent-mesh.prod`: slugs have no dots. */
export function storeNameOf({ project, environment }: Place): string {
  return `${project}.${environment}`
}

/** The Secret that the store logs in with, in ESO's namespace: whoever may read Secrets of a team's cannot read it. */
export function credentialsOf(place: Place, { externalSecrets: namespace }: Site): CredentialsPlace {
  return storeCredentials(storeNameOf(place), namespace)
}

/**
 * The store of an environment. A ClusterSecretStore also where it serves one namespace: a SecretStore would need its
 * credentials beside it, where the team could take them away. The namespaces are chosen by name, which the API server
 * itself makes a label of: labels are given by whoever may label a namespace.
 */
export function storeObject(served: Served, identityId: string, site: Site): KubernetesObject {
  const { project: projectSlug, environment: environmentSlug, namespaces, expandSecretReferences } = served
  return {
    ...kinds.clusterSecretStore,
    metadata: { name: objectNameOf(served), labels: managed, annotations: markedIdentity(identityId) },
    spec: {
      ...(namespaces.length > 0 && { conditions: [{ namespaces: namespaces.toSorted() }] }),
      provider: {
        infisical: {
          hostAPI: serviceUrl(site.infisical),
          auth: authOf(credentialsOf(served, site), site),
          // ESO's own defaults are said as well, so that what somebody else writes there is seen.
          secretsScope: {
            ...{ projectSlug, environmentSlug, secretsPath: '/' },
            ...{ recursive: false, expandSecretReferences },
          },
        },
      },
    },
  }
}

/** Whether a store is as it is wanted; a condition more, or in a condition, lets other namespaces in. */
export function isAsWanted(live: KubernetesObject | undefined, wanted: KubernetesObject): boolean {
  const conditions = (object: KubernetesObject | undefined) => fieldsOf(object?.['spec'])['conditions']
  const ways = (object: KubernetesObject | undefined) => {
    const { infisical } = fieldsOf(fieldsOf(object?.['spec'])['provider'])
    return Object.keys(fieldsOf(fieldsOf(infisical)['auth']))
  }
  return (
    // Of two ways to log in ESO would take the first that it knows.
    isDeepStrictEqual(ways(live), ways(wanted)) &&
    covers(live?.['spec'], wanted['spec']) &&
    identityOf(live) === identityOf(wanted) &&
    isDeepStrictEqual(conditions(live), conditions(wanted))
  )
}

/** The folder that a key of Infisical's is in: `/` for a name by itself. */
export function folderOf(remoteKey: string): string {
  return remoteKey.slice(0, Math.max(0, remoteKey.lastIndexOf('/'))) || '/'
}

/** Folders that the pushes of a store write into. */
export function pushFolders({ pushSecrets }: Served): string[] {
  return [...new Set(pushSecrets.flatMap(({ data }) => Object.values(data).map(folderOf)))].sort()
}

/**
 * The tenancy of the stores: each has an identity that may read its environment, push where PushSecrets do, and nothing
 * else. The looking project is one of it, of which the file says only that it is to be.
 * @param serve the stores that it is to have @param folders those that the looking project is to have
 */
export function tenancyOfStores(
  tenancy: Tenancy,
  serve: readonly Served[],
  folders: readonly string[] = [],
): Tenancy {
  const { apiVersion, kind, organization, projects } = tenancy
  const slugs = new Set(serve.map(({ project }) => project))
  return {
    ...{ apiVersion, kind, organization },
    projects: [
      ...projects.filter(({ slug }) => slugs.has(slug)),
      ...serve
        .filter(({ store }) => store !== undefined)
        .map(({ project: slug, environment }) => ({
          ...{ slug, environments: [environment], folders: [...folders], description: lookMark },
        })),
    ],
    identities: serve.map(served => {
      const { project, environment } = served
      const access = {
        ...{ project, environments: [environment], read: ['/**'], write: [] },
        push: pushFolders(served),
      }
      return { name: storeIdentity(project, environment), access: [access] }
    }),
  }
}

/** The stores that a file wants: those of environments, and the one that serves all teams. */
export function allServed(tenancy: Tenancy): Served[] {
  const look = lookOf(tenancy)
  const { serve } = storesOf(tenancy)
  if (look === undefined) return serve
  const { project, environment, namespaces = [], expandSecretReferences } = look
  const one = {
    project,
    environment,
    namespaces,
    expandSecretReferences,
    externalSecrets: [],
    pushSecrets: [],
  }
  return [...serve, { ...one, store: storeName }]
}

/** The stores of a file. @throws SealiftError TENANCY_INVALID for a file that says nothing of them */
export function storesOf({ stores }: Tenancy): TenancyStores {
  if (stores !== undefined) return stores
  throw new SealiftError('TENANCY_INVALID', 'the tenancy file has no stores', {
    hints: ['say in stores which environments have one, and which namespaces they serve: see the README'],
  })
}

/**
 * What the stores of a file are made of, with the account that they log in as where the file says so.
 * @throws SealiftError TENANCY_INVALID, NOT_INSTALLED, CLUSTER_*
 */
export async function siteOf(
  tenancy: Tenancy,
  where: Partial<Site> & Pick<Site, 'infisical'>,
  cluster: Pick<Cluster, 'get' | 'list'>,
): Promise<Site> {
  const site = siteOfStores(where)
  if (storesOf(tenancy).login !== 'kubernetes' || allServed(tenancy).length === 0) return site
  return { ...site, account: await accountOf(cluster, site.externalSecrets) }
}

/** The namespaces that stores are made of. @throws SealiftError NOT_INSTALLED where ESO's cannot be told */
export function siteOfStores({ infisical, externalSecrets }: Partial<Site> & Pick<Site, 'infisical'>): Site {
  if (externalSecrets !== undefined) return { infisical, externalSecrets }
  throw new SealiftError(
    'NOT_INSTALLED',
    'External Secrets Operator is in none of the namespaces of this site',
    {
      hints: ['run: sealift install BUNDLE -c site.yaml'],
    },
  )
}
