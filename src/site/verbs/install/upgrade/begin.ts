import { SealiftError } from '../../../../kernel/errors/index.ts'
import { type Digest, hexOf } from '../../../../kernel/oci/index.ts'
import { provenRevision } from '../../../compatibility/index.ts'
import { beginUpgrade, type KeptDatabase, type Receipt, type UpgradeNote } from '../../../install/index.ts'
import type { Installation } from '../installation.ts'
import type { UpgradeRequest } from '../request.ts'
import { gaveUp } from './archive.ts'
import { keptOn } from './expired.ts'
import { operatorsFinalizers } from './finalizers.ts'

/** Notes that a site's upgrade begins, and how each release is now; the copy that an earlier one has kept leads nowhere then. */
export async function begun(
  receipt: Receipt,
  installation: Installation,
  request: UpgradeRequest,
): Promise<UpgradeNote> {
  const { host, bundle, helm } = installation
  const { cluster, clock } = host
  const releases: UpgradeNote['releases'] = []
  const missing: string[] = []
  for (const chart of receipt.lock.charts) {
    const { release, namespace } = chart
    const revision = await provenRevision(cluster, helm, chart)
    if (revision !== undefined) releases.push({ release, namespace, revision })
    else missing.push(`release ${release} in ${namespace}`)
  }
  if (missing.length > 0)
    throw new SealiftError('UPGRADE_UNFIT', 'helm has no record of what is installed here, to go back to', {
      faults: missing,
      hints: [`install ${receipt.lock.metadata.name} ${receipt.lock.metadata.version} again, which mends it`],
    })
  const kept = await keptOn(installation)
  const at = new Date(clock.now()).toISOString()
  const named = ({ name, version }: { name: string; version: string }) => ({ name, version })
  const note: UpgradeNote = {
    id: freeId(bundle.digest, Math.floor(clock.now() / 1000), kept),
    from: { ...named(receipt.lock.metadata), bundle: receipt.bundle },
    to: { ...named(bundle.lock.metadata), bundle: bundle.digest },
    ...{ since: at, state: 'begun', at, releases, gaveUp: gaveUp(request) },
    finalizers: await operatorsFinalizers(cluster),
    ...(kept.length === 0 ? {} : { kept }),
  }
  await beginUpgrade(cluster, note)
  return note
}

/** An id that no database which is kept has in its name: two upgrades may begin within a second, or a clock go back. */
function freeId(bundle: Digest, seconds: number, kept: readonly KeptDatabase[]): string {
  const id = `${hexOf(bundle).slice(0, 6)}${seconds.toString(36)}`
  return kept.some(({ database }) => database.endsWith(`_${id}`)) ? freeId(bundle, seconds + 1, kept) : id
}
