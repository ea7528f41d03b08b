import { isManaged, keysSecretName, systemNamespace } from '../../../kernel/access/index.ts'
import { type Cluster, kinds, type Secret } from '../../../kernel/ports/index.ts'
import {
  environmentIn,
  environmentSecret,
  requireEnvironment,
} from '../../../kernel/server-variables/index.ts'
import { ensure } from '../ensure.ts'
import { storedKeys } from './keys.ts'

/**
 * Puts other values into the environment of Infisical's pods, in both places where it lies, and leaves the rest as it
 * is. The copy goes first, as when they were stored. Tells whether that changed anything.
 * @throws SealiftError NOT_INSTALLED where there is no environment of Sealift's, CLUSTER_*; like {@link storedKeys}
 */
export async function replaceInEnvironment(
  cluster: Cluster,
  namespace: string,
  changes: Readonly<Record<string, string | Secret>>,
): Promise<boolean> {
  // What somebody else has added would go with the next install, once it is applied as ours.
  const present = await requireEnvironment(cluster, namespace)
  // One of the two may have lost its keys, or have others: what is applied to both would end those of the other.
  const keys = await storedKeys(cluster, namespace)
  const both = keys && { ENCRYPTION_KEY: keys.encryptionKey, AUTH_SECRET: keys.authSecret }
  const own = { ...present, wired: { ...present.wired, ...both, ...changes } }
  let changed = false
  for (const place of [systemNamespace, namespace])
    changed = (await ensure(cluster, environmentSecret(place, own))) || changed
  return changed
}

/**
 * Notes beside keys that were put back which login opens their database, so that an install finds both; where Infisical is not
 * installed. `namespace` is where its keys may lie as well. @throws SealiftError CLUSTER_*
 */
export async function noteConnection(
  cluster: Cluster,
  namespace: string | undefined,
  databaseUri: Secret,
): Promise<void> {
  for (const place of [systemNamespace, ...(namespace === undefined ? [] : [namespace])]) {
    const live = await cluster.get(kinds.secret, keysSecretName, place)
    const own = environmentIn(live)
    if (own === undefined || !isManaged(live)) continue
    const wired = { ...own.wired, DB_CONNECTION_URI: databaseUri }
    await ensure(cluster, environmentSecret(place, { ...own, wired }))
  }
}
