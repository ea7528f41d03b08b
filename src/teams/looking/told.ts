import { keysSecretName, readValues } from '../../kernel/access/index.ts'
import type { Cluster } from '../../kernel/ports/index.ts'
import { haveStarted } from '../../kernel/server-variables/index.ts'

/** The server's variable that names the organisations whose projects may share, by their ids. */
export const sharingVariable = 'CROSS_PROJECT_SECRET_SHARING_ORG_WHITELIST'

/** Whether Infisical's pods were started with the name of an organisation. @throws SealiftError CLUSTER_* */
export async function isTold(cluster: Cluster, namespace: string, organizationId: string): Promise<boolean> {
  const found = await readValues(cluster, namespace, keysSecretName)
  const value = found?.values.get(sharingVariable)?.reveal() ?? ''
  const named = value.split(',').some(id => id.trim() === organizationId)
  return named && (await haveStarted(cluster, namespace))
}
