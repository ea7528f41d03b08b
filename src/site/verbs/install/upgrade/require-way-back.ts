import { SealiftError } from '../../../../kernel/errors/index.ts'
import type { UpgradeNote } from '../../../install/index.ts'
import { copyGone, leadsBack, snapshotName } from '../../../snapshot/index.ts'
import { databaseIn } from '../../../wire/index.ts'
import type { Installation } from '../installation.ts'
import type { Moved } from './moved.ts'

/**
 * Makes sure that all is there that a way back leads over, before its first change: else the server would be stopped, and
 * nothing could start it again. @throws SealiftError HELM_FAILED, DATABASE_*, CLUSTER_*
 */
export async function requireWayBack(
  { releases, database }: Moved,
  { id, restored }: UpgradeNote,
  { wired, helm, host, site }: Installation,
): Promise<void> {
  const faults: string[] = []
  for (const { release, namespace, revision } of releases)
    if ((await helm.status(release, namespace, revision)) === undefined)
      faults.push(`revision ${revision} of release ${release} in ${namespace}`)
  if (faults.length > 0)
    throw new SealiftError('HELM_FAILED', 'helm has no record any more of what there was to go back to', {
      faults,
      hints: ['helm keeps five revisions of a release: later installs have pushed it out'],
    })
  // An empty database that has the name would do for what was served before.
  if (restored?.whole === false)
    throw new SealiftError(
      'DATABASE_UNFIT',
      `${restored.path} is being put back, and not all of it is there`,
      {
        hints: [`run sealift restore ${restored.path} again: until it is through, nothing else leads back`],
      },
    )
  if (!database) return
  const { services, own } = await databaseIn(site, host, wired.infisical.namespace)
  if (!(await leadsBack(services, own, { id }))) throw copyGone(snapshotName(own.parts.database, id))
}
