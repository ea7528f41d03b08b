import type { LockedChart } from '../../bundle/lock/index.ts'
import { printable } from '../../kernel/errors/index.ts'
import { isSameVersion } from '../../kernel/inputs/index.ts'
import { mappingsOf } from '../../kernel/objects/index.ts'
import { type Cluster, type Helm, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { doubt, type Finding, no, yes } from './finding.ts'

/** A release that was installed, with its chart and that one's version. */
export type InstalledRelease = Pick<LockedChart, 'name' | 'version' | 'release' | 'namespace'>

/**
 * The revision of a release that a rollback goes back to: the newest that is deployed, or was, and is of the chart that was
 * proven here. Helm calls an upgrade that failed `superseded` once it was rolled back, so its word alone is not enough.
 * Nothing where helm has none on record any more. @throws SealiftError HELM_FAILED, CLUSTER_*
 */
export async function provenRevision(
  cluster: Pick<Cluster, 'list'>,
  helm: Pick<Helm, 'status'>,
  { name, version, release, namespace }: InstalledRelease,
): Promise<number | undefined> {
  const records = await cluster.list(kinds.secret, namespace, `owner=helm,name=${release}`)
  const prefix = `sh.helm.release.v1.${release}.v`
  const revisions = records
    .filter(({ metadata }) => metadata.name.startsWith(prefix))
    .map(({ metadata }) => Number(metadata.name.slice(prefix.length)))
    .filter(number => Number.isSafeInteger(number) && number > 0)
  for (const revision of revisions.sort((a, b) => b - a)) {
    const found = await helm.status(release, namespace, revision)
    if (found?.status !== 'deployed' && found?.status !== 'superseded') continue
    if (found.chart === name && isSameVersion(found.version, version)) return revision
  }
  return undefined
}

/**
 * In which state helm has a release, and what that means for the way back.
 * @throws SealiftError HELM_FAILED, CLUSTER_*
 */
export async function judgeRelease(
  cluster: Pick<Cluster, 'list'>,
  helm: Pick<Helm, 'status'>,
  installed: InstalledRelease,
): Promise<Finding> {
  const { release, namespace } = installed
  const id = printable(`release/${release}`)
  const title = printable(`release ${release} in ${namespace}`)
  const [newest, back] = [
    await helm.status(release, namespace),
    await provenRevision(cluster, helm, installed),
  ]
  if (newest === undefined || back === undefined)
    return no(
      id,
      newest === undefined
        ? `${title} is not there: there is nothing to go back to`
        : `${title} has no revision on record of ${installed.name} ${installed.version} that was ever up: there is nothing to go back to`,
      'install what is installed once more: sealift install with the bundle that the receipt names',
    )
  if (newest.status === 'deployed' && newest.revision === back)
    return yes(id, `${title}: revision ${back}, deployed`)
  const state = printable(newest.status)
  const pending = state.startsWith('pending-') || state === 'uninstalling'
  return doubt(
    id,
    `${title}: revision ${newest.revision} is ${state}; the way back goes to revision ${back}`,
    pending
      ? 'a helm was ended in the middle of it, or is at work: if nobody’s is, the upgrade forgets that revision'
      : 'see what came of it before: kubectl get events, helm history; the upgrade makes a new revision',
  )
}

/**
 * Whether a release's objects were applied client-side, as helm 3 does. Helm 4 leaves such a release so unless told; our
 * upgrade tells it: it then turns helm's own entries into those of an apply first (pkg/kube/client.go,
 * upgradeClientSideFieldManager), so that what a chart drops goes.
 */
export function judgeApplied(release: string, live: readonly KubernetesObject[]): Finding {
  const id = printable(`applied/${release}`)
  const older = live.filter(({ metadata }) =>
    mappingsOf(metadata['managedFields']).some(
      ({ manager, operation, subresource }) =>
        manager === 'helm' && operation === 'Update' && (subresource ?? '') === '',
    ),
  )
  if (older.length === 0) return yes(id, 'helm applies its objects server-side')
  return doubt(
    id,
    `${older.length} of ${live.length} objects of release ${printable(release)} were made client-side, as helm 3 does`,
    'the upgrade goes over to server-side apply, and takes helm’s fields along; do not use helm 3 on it afterwards',
  )
}
