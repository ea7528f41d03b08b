import { infisicalName, keysSecretName, secretData } from '../../kernel/access/index.ts'
import { kinds, type SiteHost } from '../../kernel/ports/index.ts'
import type { Receipt } from '../install/index.ts'
import { liveSetting, type ServerSetting } from '../wire/index.ts'
import { concurrentIn, loadOf, type SyncLoad } from './syncs.ts'

/** What the ExternalSecrets of all teams ask for now, those of a check left out. @throws SealiftError CLUSTER_* */
export async function loadNow(
  { lock }: Pick<Receipt, 'lock'>,
  { cluster, clock }: Pick<SiteHost, 'cluster' | 'clock'>,
): Promise<SyncLoad> {
  const namespaces = [...new Set(lock.charts.map(chart => chart.namespace))]
  const [objects, ...deployments] = await Promise.all([
    cluster.list(kinds.externalSecret),
    ...namespaces.map(namespace => cluster.list(kinds.deployment, namespace)),
  ])
  const teams = objects.filter(({ metadata }) => !metadata.name.startsWith('sealift-check-'))
  return loadOf(teams, concurrentIn(deployments.flat()), clock.now())
}

/** How Infisical's server runs in its namespace, where it can be told. @throws SealiftError CLUSTER_* */
export async function serverNow(
  cluster: Pick<SiteHost['cluster'], 'get'>,
  namespace: string | undefined,
): Promise<ServerSetting | undefined> {
  if (namespace === undefined) return undefined
  const [deployment, secret] = await Promise.all([
    cluster.get(kinds.deployment, infisicalName, namespace),
    cluster.get(kinds.secret, keysSecretName, namespace),
  ])
  return deployment && liveSetting(deployment, secret ? secretData(secret) : new Map())
}
