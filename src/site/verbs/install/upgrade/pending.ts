import { SealiftError } from '../../../../kernel/errors/index.ts'
import type { Digest } from '../../../../kernel/oci/index.ts'
import type { Cluster } from '../../../../kernel/ports/index.ts'
import { readUpgrade, type UpgradeNote } from '../../../install/index.ts'

/**
 * The upgrade of a site that has begun and not ended: the one to `bundle`, or one on its way back.
 * @throws SealiftError UPGRADE_UNFIT when another has, LOCK_INVALID, CLUSTER_*
 */
export async function pendingUpgrade(
  cluster: Pick<Cluster, 'get'>,
  bundle?: Digest,
): Promise<UpgradeNote | undefined> {
  const note = await readUpgrade(cluster)
  if (note === undefined || note.state === 'proven' || note.state === 'returned') return undefined
  if (bundle !== undefined && (note.state === 'returning' || note.to.bundle === bundle)) return note
  const { name, version } = note.to
  throw new SealiftError(
    'UPGRADE_UNFIT',
    `an upgrade to ${name} ${version} has begun here and is not at its end`,
    {
      hints: [
        'run sealift upgrade with its bundle again: it goes on from there',
        'or take the site back: sealift rollback BUNDLE -c site.yaml',
      ],
    },
  )
}
