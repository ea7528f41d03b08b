import { type Cluster, type Helm, kinds, type ReleaseStatus } from '../../../kernel/ports/index.ts'
import { deployedRevisions, type ReleaseName, refuseForeignRecord } from '../../release/index.ts'

/**
 * Makes sure of whatever record helm may take for what is there: an upgrade deletes what that names and the chart does
 * not. @throws SealiftError FOREIGN_INSTALL, HELM_FAILED, CLUSTER_*
 */
export async function refuseForeignRecords(
  newest: ReleaseStatus,
  chart: ReleaseName,
  helm: Pick<Helm, 'status'>,
  cluster: Cluster,
): Promise<void> {
  const { release, namespace } = chart
  await refuseForeignRecord(cluster, newest.manifest, chart)
  for (const revision of await deployedRevisions(cluster, chart)) {
    const found = await helm.status(release, namespace, revision)
    if (found !== undefined) await refuseForeignRecord(cluster, found.manifest, chart)
  }
}

/**
 * Forgets a revision that helm was killed in the middle of: helm would refuse every later run with "another
 * operation is in progress", or, of one that it was removing, with "has no deployed releases". What it made stays, and
 * is taken over by the next revision.
 */
export async function forgetUnfinished(
  release: string,
  namespace: string,
  found: Pick<ReleaseStatus, 'status' | 'revision'> | undefined,
  cluster: Pick<Cluster, 'delete'>,
): Promise<boolean> {
  if (found === undefined || !(found.status.startsWith('pending-') || found.status === 'uninstalling'))
    return false
  const record = `sh.helm.release.v1.${release}.v${found.revision}`
  await cluster.delete(kinds.secret, record, namespace)
  return true
}
