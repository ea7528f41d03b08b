import { isManaged, systemNamespace } from '../../../kernel/access/index.ts'
import { covers } from '../../../kernel/owned/index.ts'
import {
  type Cluster,
  isTerminating,
  type KubernetesObject,
  kinds,
  type Secret,
} from '../../../kernel/ports/index.ts'
import { environmentIn, environmentSecret, type Variables } from '../../../kernel/server-variables/index.ts'
import { ensure } from '../ensure.ts'
import { storedKeys } from './keys.ts'
import type { Keys } from './pair.ts'

/** What the pod's environment holds besides the keys. */
export interface Environment {
  readonly databaseUri: Secret
  readonly cacheUrl: Secret
  readonly siteUrl: string
  /** CA of the database (PEM), with which Infisical checks its certificate. */
  readonly databaseCa?: string
  /** How the server's memory is bounded. */
  readonly memory: Readonly<Record<string, string>>
  /** What site.yaml and verbs for teams asked for; nothing when left out. */
  readonly more?: Variables
}

/** Where keys and environment lie: Infisical's namespace, and what is in the two. */
export interface Kept {
  readonly namespace: string
  /** For where none are stored yet: those that are win. */
  readonly keys: Keys
  readonly environment: Environment
}

/** Whether keys and environment already lie in both places; what somebody else added is no matter. @throws SealiftError like {@link storedKeys} */
export async function areStored(cluster: Cluster, kept: Kept): Promise<boolean> {
  for (const object of await objectsOf(cluster, kept)) {
    const { metadata, data } = object
    const live = await cluster.get(kinds.secret, metadata.name, metadata.namespace)
    if (isTerminating(live) || !isManaged(live) || !covers(live?.['data'], data)) return false
    const [now, wanted] = [live, object].map(each => Object.keys(environmentIn(each)?.more ?? {}).sort())
    if (`${now}` !== `${wanted}`) return false
  }
  return true
}

/** Writes keys and environment; tells whether that changed anything. @throws SealiftError like {@link storedKeys}, CLUSTER_* */
export async function storeKeys(cluster: Cluster, kept: Kept): Promise<boolean> {
  let changed = false
  for (const object of await objectsOf(cluster, kept)) changed = (await ensure(cluster, object)) || changed
  return changed
}

/** The same Secret in both namespaces, the copy first: what is lost between the two is then not the keys. */
async function objectsOf(
  cluster: Cluster,
  { namespace, keys, environment }: Kept,
): Promise<KubernetesObject[]> {
  const { encryptionKey, authSecret } = (await storedKeys(cluster, namespace)) ?? keys
  const { databaseUri, cacheUrl, siteUrl, databaseCa, memory, more = {} } = environment
  const wired = {
    ENCRYPTION_KEY: encryptionKey,
    AUTH_SECRET: authSecret,
    DB_CONNECTION_URI: databaseUri,
    REDIS_URL: cacheUrl,
    SITE_URL: siteUrl,
    TELEMETRY_ENABLED: 'false',
    ANNOUNCEMENTS_ENABLED: 'false',
    ...(databaseCa === undefined ? {} : { DB_ROOT_CERT: Buffer.from(databaseCa).toString('base64') }),
    // In the Secret, because no template of the chart reads extraEnv.
    ...memory,
  }
  return [systemNamespace, namespace].map(place => environmentSecret(place, { wired, more }))
}
