import {
  adminSecretName,
  isManaged,
  keysSecretName,
  storeName,
  systemNamespace,
} from '../../../kernel/access/index.ts'
import { isOperated, type Site } from '../../../kernel/inputs/index.ts'
import { servesTeams } from '../../../kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../../kernel/ports/index.ts'
import { broughtImages, installedBundle, receiptName } from '../../install/index.ts'
import { namespacesOf, type Wired } from '../../wire/index.ts'

/** What is removed without a purge. */
export interface Keeping {
  readonly site: Pick<Site, 'database' | 'dragonfly'>
  readonly wired: Wired
  /** The CRDs that Sealift applied. */
  readonly crds: readonly KubernetesObject[]
  /** Whether Sealift's own namespace was there before: one that only the removal has made goes again. */
  readonly records: boolean
}

/** What a removal without a purge leaves, as far as it is there. @throws SealiftError CLUSTER_* */
export async function keptWithoutPurge(keeping: Keeping, cluster: Cluster): Promise<string[]> {
  const { site, wired, crds, records } = keeping
  const { namespace } = wired.infisical
  const secretsIn = async (name: string, places: readonly string[]) => {
    const found = await Promise.all(places.map(place => cluster.get(kinds.secret, name, place)))
    return places.filter((_, at) => isManaged(found[at])).map(place => `${place}/${name}`)
  }
  const keys = await secretsIn(keysSecretName, [namespace, systemNamespace])
  const logins = await secretsIn(adminSecretName, [systemNamespace, namespace])
  const bundle = await installedBundle(cluster)
  const places: string[] = []
  for (const name of [...namespacesOf(wired), ...(records ? [systemNamespace] : [])])
    if (isManaged(await cluster.get(kinds.namespace, name))) places.push(name)
  const left = [
    ...(crds.length > 0 ? ['CRDs of External Secrets Operator'] : []),
    ...((await broughtImages(cluster)).length > 0 ? ['the images'] : []),
  ]
  // PostgreSQL and Dragonfly need not answer for a removal: an install that came to its data has noted itself, or left keys.
  return [
    ...(bundle !== undefined || keys.length > 0 ? dataOf(site) : []),
    ...(keys.length > 0 ? [`keys (${secrets(keys)})`] : []),
    ...(bundle !== undefined
      ? [`what was installed last (ConfigMap ${systemNamespace}/${receiptName})`]
      : []),
    ...(logins.length > 0 ? [`the admin's login (${secrets(logins)})`] : []),
    ...(places.length > 0 ? [`namespaces ${places.join(', ')}`] : []),
    ...(left.length > 0 ? [left.join(', and ')] : []),
    ...(await keptOfTeams(cluster)),
  ]
}

const secrets = (names: readonly string[]) =>
  `${names.length === 1 ? 'Secret' : 'Secrets'} ${names.join(' and ')}`

function dataOf({ database, dragonfly }: Keeping['site']): string[] {
  return [
    isOperated(database)
      ? `database ${database.name} and role ${database.user}, with their objects for CloudNativePG`
      : `database ${database.name}`,
    `Infisical's keys in Dragonfly's database ${dragonfly.database}`,
  ]
}

/** The store for all teams: it is the tenancy's, and its objects' kind stays. */
async function keptOfTeams(cluster: Cluster): Promise<string[]> {
  if (!servesTeams(await cluster.get(kinds.clusterSecretStore, storeName))) return []
  return [
    `ClusterSecretStore ${storeName}, which serves teams: after an install sealift stores apply lets it log in again`,
  ]
}
