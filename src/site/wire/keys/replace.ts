import { isManaged, keysSecretName, secretData, systemNamespace } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { type Cluster, kinds, type Secret } from '../../../kernel/ports/index.ts'
import { ensure } from '../ensure.ts'
import { secretObject } from '../secrets.ts'
import { ownVariables } from './environment.ts'
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
  const live = await cluster.get(kinds.secret, keysSecretName, namespace)
  if (live === undefined || !isManaged(live))
    throw new SealiftError(
      'NOT_INSTALLED',
      `Secret ${namespace}/${keysSecretName} of Sealift's is not there`,
      {
        hints: ['run: sealift install BUNDLE -c site.yaml; it puts the Secret back from its copy'],
      },
    )
  // What somebody else has added would go with the next install, once it is applied as ours.
  const present = [...secretData(live)].filter(([name]) => ownVariables.has(name))
  // One of the two may have lost its keys, or have others: what is applied to both would end those of the other.
  const keys = await storedKeys(cluster, namespace)
  const both = keys && { ENCRYPTION_KEY: keys.encryptionKey, AUTH_SECRET: keys.authSecret }
  const values = { ...Object.fromEntries(present), ...both, ...changes }
  let changed = false
  for (const place of [systemNamespace, namespace])
    changed = (await ensure(cluster, secretObject(place, keysSecretName, values))) || changed
  return changed
}
