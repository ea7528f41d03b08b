import type { Bundle } from '../../bundle/layout/index.ts'
import { printLock } from '../../bundle/lock/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import type { Cluster } from '../../kernel/ports/index.ts'
import {
  installedBundle,
  recordedReleases,
  recordedSite,
  refuseDowngrade,
  refuseNewer,
  refuseOtherReleases,
  refuseOtherSite,
} from '../install/index.ts'
import { namespacesOf, type Wired } from '../wire/index.ts'

/** What is to be installed, and where. */
export interface Look {
  readonly bundle: Bundle
  readonly site: Site
  readonly wired: Wired
  /** Whether an older bundle may pass. */
  readonly downgrade: boolean
  /** Whether a newer bundle may go over one that is installed to its end. */
  readonly upgrade: boolean
  /** Whether a cluster that is another site, or had its data elsewhere, may be taken over. */
  readonly takeOver: boolean
}

/** Makes sure that the cluster is the site of this file, as it is now. @throws SealiftError FOREIGN_INSTALL, CLUSTER_* */
export async function requireOwnSite(
  { site, wired, takeOver }: Pick<Look, 'site' | 'wired' | 'takeOver'>,
  cluster: Cluster,
): Promise<void> {
  refuseOtherSite(await recordedSite(cluster, namespacesOf(wired)), site.metadata.name, takeOver)
}

/**
 * Makes sure that a bundle does not take the site back, and knows every release that is here.
 * @throws SealiftError DOWNGRADE_REFUSED, UPGRADE_UNFIT, FOREIGN_INSTALL, CLUSTER_*
 */
export async function requireForward(
  { bundle, downgrade, upgrade }: Pick<Look, 'bundle' | 'downgrade' | 'upgrade'>,
  cluster: Cluster,
): Promise<void> {
  const { digest, lock } = bundle
  const candidate = { ...lock.metadata, marks: [digest, printLock(lock)] }
  const installed = await installedBundle(cluster)
  refuseDowngrade(installed, candidate, downgrade)
  refuseNewer(installed, candidate, upgrade)
  // What a bundle does not know of would run on, with the keys that this one takes up.
  if (installed?.removed === undefined) refuseOtherReleases(await recordedReleases(cluster), lock.charts)
}

/** Both, one after the other. @throws SealiftError DOWNGRADE_REFUSED, UPGRADE_UNFIT, FOREIGN_INSTALL, CLUSTER_* */
export async function requireOwn(look: Look, cluster: Cluster): Promise<void> {
  await requireOwnSite(look, cluster)
  await requireForward(look, cluster)
}
