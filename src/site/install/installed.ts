import { whereWired } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import type { Cluster } from '../../kernel/ports/index.ts'
import { refuseOtherSite } from './order.ts'
import { readReceipt } from './receipt.ts'

/**
 * The namespace of the Infisical that is installed here, as this very site's.
 * @throws SealiftError NOT_INSTALLED, FOREIGN_INSTALL, LOCK_INVALID, CLUSTER_*
 */
export async function installedInfisical(cluster: Cluster, { metadata }: Site): Promise<string> {
  const { site, lock } = await readReceipt(cluster)
  refuseOtherSite(site, metadata.name)
  const namespaces = [...new Set(lock.charts.map(({ namespace }) => namespace))]
  const { infisical } = await whereWired(cluster, namespaces)
  if (infisical !== undefined) return infisical
  throw new SealiftError('NOT_INSTALLED', 'Infisical is in none of the namespaces of what was installed', {
    hints: ['run: sealift install BUNDLE -c site.yaml'],
  })
}
