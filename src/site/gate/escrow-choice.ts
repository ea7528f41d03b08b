import { keysSecretName, systemNamespace } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import { type Cluster, kinds } from '../../kernel/ports/index.ts'
import { installedBundle } from '../install/index.ts'

/**
 * Makes sure that the site file of a first install says what becomes of the keys if the cluster is lost: an escrow, or
 * none. Where keys are, or were, that is told at the end instead: a rerun must not stop at it. `namespace` is Infisical's.
 * @throws SealiftError SITE_INVALID, CLUSTER_*
 */
export async function requireEscrowChoice(
  cluster: Cluster,
  { escrow }: Pick<Site, 'escrow'>,
  namespace: string,
): Promise<void> {
  if (escrow !== undefined || (await installedBundle(cluster)) !== undefined) return
  for (const place of [namespace, systemNamespace])
    if ((await cluster.get(kinds.secret, keysSecretName, place)) !== undefined) return
  throw new SealiftError(
    'SITE_INVALID',
    'the site file does not say who keeps an escrow of Infisical’s keys: if this cluster were lost, nothing in its database could be read again',
    {
      hints: [
        'escrow: [age1…] names age recipients, to whom install writes the keys, beside its journal; age-keygen makes one.',
        'escrow: none says that there shall be no escrow.',
      ],
    },
  )
}
