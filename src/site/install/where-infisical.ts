import { whereWired } from '../../kernel/access/index.ts'
import type { Cluster } from '../../kernel/ports/index.ts'
import { recordedNamespaces } from './receipt.ts'
import { unfinishedInstall } from './started.ts'

/**
 * Infisical's namespace, for whoever has no bundle at hand: that of what was installed, or begun; nothing where the
 * cluster does not say. @throws SealiftError CLUSTER_*
 */
export async function infisicalNamespace(cluster: Cluster): Promise<string | undefined> {
  const begun = (await unfinishedInstall(cluster))?.releases ?? []
  const namespaces = [...(await recordedNamespaces(cluster)), ...begun.map(({ namespace }) => namespace)]
  return (await whereWired(cluster, [...new Set(namespaces)])).infisical
}
