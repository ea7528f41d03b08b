import { systemNamespace } from '../../../kernel/access/index.ts'
import type { Cluster, Secret } from '../../../kernel/ports/index.ts'
import { environmentSecret, requireEnvironment } from '../../../kernel/server-variables/index.ts'
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
