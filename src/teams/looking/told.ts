import { infisicalName, keysSecretName, readValues } from '../../kernel/access/index.ts'
import { type Cluster, kinds } from '../../kernel/ports/index.ts'
import { environmentMark, markOf } from '../../kernel/server-variables/index.ts'

/** The server's variable that names the organisations whose projects may share, by their ids. */
export const sharingVariable = 'CROSS_PROJECT_SECRET_SHARING_ORG_WHITELIST'

/** Whether Infisical's pods were started with the name of an organisation. @throws SealiftError CLUSTER_* */
export async function isTold(cluster: Cluster, namespace: string, organizationId: string): Promise<boolean> {
  const [found, mark, deployment] = await Promise.all([
    readValues(cluster, namespace, keysSecretName),
    environmentMark(cluster, namespace),
    cluster.get(kinds.deployment, infisicalName, namespace),
  ])
  const value = found?.values.get(sharingVariable)?.reveal() ?? ''
  const named = value.split(',').some(id => id.trim() === organizationId)
  return named && deployment !== undefined && markOf(deployment) === mark
}
