import { readValues, siteOf } from '../../../kernel/access/index.ts'
import type { Cluster, Secret } from '../../../kernel/ports/index.ts'
import type { OperatedCluster } from './operated.ts'
import { objectNames, type Target } from './wanted.ts'

/** The password that this site has given the role before; nothing where it has given none. @throws SealiftError CLUSTER_* */
export async function keptPassword(
  cluster: Cluster,
  at: OperatedCluster,
  target: Pick<Target, 'name' | 'user' | 'site'>,
): Promise<Secret | undefined> {
  const found = await readValues(cluster, at.namespace, objectNames(at, target).secret)
  return siteOf(found?.object) === target.site ? found?.values.get('password') : undefined
}
