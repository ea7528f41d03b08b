import { statusOf, systemNamespace } from '../../kernel/access/index.ts'
import { type Cluster, type FolderReading, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import type { Pace } from '../pace/index.ts'
import { checkExternalSecret, readsThrough } from './external-secrets.ts'
import { type Found, nameOf, saysOf } from './finding.ts'
import { orphansIn } from './orphans.ts'
import { checkPushSecret, pushesTo } from './push-secrets.ts'
import { createReader } from './reader.ts'
import { namespacesServed, scopesOf } from './scopes.ts'

/** What was looked at, and what came of it. */
export interface Checked extends Found {
  /** Names of Sealift's stores. */
  readonly stores: readonly string[]
  /** How many objects go through them. */
  readonly objects: number
}

/**
 * Looks at every ExternalSecret and PushSecret that goes through a store of Sealift's, and at the Secrets that nobody
 * makes any more in the namespaces that they serve. Changes nothing. Sealift's own proof is left out.
 * @param now milliseconds since 1970 @throws SealiftError CLUSTER_*, SERVER_FAILED
 */
export async function checkSynced(
  cluster: Cluster,
  reading: FolderReading,
  pace: Pace,
  now: number,
): Promise<Checked> {
  const [stores, externalSecrets, pushSecrets] = await Promise.all(
    [kinds.clusterSecretStore, kinds.externalSecret, kinds.pushSecret].map(kind => cluster.list(kind)),
  )
  const scopes = scopesOf(stores ?? [])
  const looking = { reader: createReader(reading, pace), scopes, now }
  const isTeams = ({ metadata }: { readonly metadata: { readonly namespace?: string } }) =>
    metadata.namespace !== systemNamespace
  const reads = (externalSecrets ?? []).filter(object => isTeams(object) && readsThrough(object, scopes))
  const pushes = (pushSecrets ?? []).filter(object => pushesTo(object, scopes).length > 0)
  const found = await Promise.all([
    ...reads.map(object => orDenied(object, checkExternalSecret(object, cluster, looking))),
    ...pushes.map(object => orDenied(object, checkPushSecret(object, cluster, looking))),
  ])
  const orphans = await orphansIn(namespacesServed(stores ?? [], scopes), externalSecrets ?? [], cluster)
  return {
    ...{ stores: [...scopes.keys()].sort(), objects: reads.length + pushes.length },
    findings: [...found.flatMap(({ findings }) => findings), ...orphans],
    waiting: found.flatMap(({ waiting }) => waiting),
  }
}

/** What came of looking at an object; or that nobody could, for the admin is not let into every project. */
async function orDenied(object: KubernetesObject, looked: Promise<Found>): Promise<Found> {
  try {
    return await looked
  } catch (error) {
    if (statusOf(error) !== 403) throw error
    const finding = {
      ...{ object: nameOf(object), says: saysOf(object) },
      is: 'nobody knows: the admin of Infisical may not read what it reads',
      remedy: 'add the admin to that project, and run it again',
    }
    return { findings: [finding], waiting: [] }
  }
}
