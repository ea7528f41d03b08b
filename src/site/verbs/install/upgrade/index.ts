import * as z from 'zod'
import { messageOf, SealiftError } from '../../../../kernel/errors/index.ts'
import { hexOf } from '../../../../kernel/oci/index.ts'
import type { SiteHost, Talk } from '../../../../kernel/ports/index.ts'
import {
  beginUpgrade,
  noteUpgrade,
  type Receipt,
  readReceipt,
  type StepOutcome,
  type UpgradeNote,
  upgradeNote,
} from '../../../install/index.ts'
import { deployedRevisions } from '../../../release/index.ts'
import type { Installation } from '../installation.ts'
import { withOpened } from '../opened.ts'
import type { InstallRequest } from '../request.ts'
import { type Course, installResult, run } from '../run.ts'
import { installSteps } from '../steps.ts'
import { dropExpired } from './expired.ts'
import { operatorsFinalizers } from './finalizers.ts'
import { type Noted, withNet } from './net.ts'
import { pendingUpgrade } from './pending.ts'
import { requireUpgradable } from './upgradable.ts'
import { movedSince, returned, rolledBack } from './way-back.ts'

export { rollback, rollbackResult } from './rollback.ts'

/** What was done, and what leads back. */
export const upgradeResult = installResult.extend({
  /** The upgrade; absent where the site had this very bundle. */
  upgrade: upgradeNote.exactOptional(),
  /** Seconds in which no server answered; 0 where none was stopped. */
  gap: z.number(),
})
export type UpgradeResult = z.infer<typeof upgradeResult>

/**
 * Takes a site from what it has to another bundle: as an install does, but with Infisical stopped and its database copied
 * before its new release, and all of it put back where that cannot be proven. A rerun after any interruption goes on, or
 * brings the way back to its end. A bundle that the site has already is installed again.
 * @throws SealiftError ROLLED_BACK when the site is as it was, ROLLBACK_FAILED when it is not, UPGRADE_UNFIT,
 * NOT_INSTALLED, any of the site's and the bundle's codes
 */
export async function upgrade(request: InstallRequest, host: SiteHost, talk: Talk): Promise<UpgradeResult> {
  const started = host.clock.now()
  const { cluster } = host
  return await withOpened(request, host, talk, async opened => {
    let noted: Noted | undefined
    const course: Course = async (installation, run) => {
      const receipt = await readReceipt(cluster)
      const found = await pendingUpgrade(cluster, opened.bundle.digest)
      if (found?.state === 'returning') await finishReturn(found, installation, request)
      if (found === undefined && receipt.bundle === opened.bundle.digest)
        return await run(installSteps(installation))
      if (found === undefined) await requireUpgradable(receipt, installation)
      noted = { note: found ?? (await begun(receipt, installation)) }
      try {
        return await run(withNet(installSteps(installation), installation, noted))
      } catch (error) {
        throw await failed(error, noted, installation, request)
      }
    }
    const result = await run(request, opened, host, talk, started, course)
    if (noted === undefined) return { ...result, gap: 0 }
    const at = new Date(host.clock.now()).toISOString()
    const note = await noteUpgrade(cluster, noted.note, { state: 'proven', at })
    return { ...result, upgrade: note, gap: gapIn(result.steps, opened.wired.infisical.release) }
  })
}

/** Notes that a site's upgrade begins, and how each release is now; what an earlier one has kept leads nowhere then. */
async function begun(receipt: Receipt, installation: Installation): Promise<UpgradeNote> {
  const { host, bundle } = installation
  const { cluster, clock } = host
  const releases: UpgradeNote['releases'] = []
  const missing: string[] = []
  for (const { release, namespace } of receipt.lock.charts) {
    const revision = Math.max(0, ...(await deployedRevisions(cluster, { release, namespace })))
    if (revision > 0) releases.push({ release, namespace, revision })
    else missing.push(`release ${release} in ${namespace}`)
  }
  if (missing.length > 0)
    throw new SealiftError('UPGRADE_UNFIT', 'helm has no record of what is installed here, to go back to', {
      faults: missing,
      hints: [`install ${receipt.lock.metadata.name} ${receipt.lock.metadata.version} again, which mends it`],
    })
  await dropExpired(installation, true)
  const at = new Date(clock.now()).toISOString()
  const named = ({ name, version }: { name: string; version: string }) => ({ name, version })
  const note: UpgradeNote = {
    id: `${hexOf(bundle.digest).slice(0, 6)}${Math.floor(clock.now() / 1000).toString(36)}`,
    from: { ...named(receipt.lock.metadata), bundle: receipt.bundle },
    to: { ...named(bundle.lock.metadata), bundle: bundle.digest },
    ...{ since: at, state: 'begun', at, releases },
    finalizers: await operatorsFinalizers(cluster),
  }
  await beginUpgrade(cluster, note)
  return note
}

const goOn = [
  'run sealift upgrade again: it goes on from there; or take the site back: sealift rollback BUNDLE -c site.yaml',
]

/** What an upgrade that failed ends with: its own error where nothing was moved yet, or where it was stopped. */
async function failed(
  error: unknown,
  noted: Noted,
  installation: Installation,
  { site }: InstallRequest,
): Promise<unknown> {
  if (!(error instanceof SealiftError) || error.code === 'INTERRUPTED') return error
  const moved = await movedSince(noted.note, installation).catch((second: unknown) => {
    throw error.with({ faults: [`and nobody can tell what was moved: ${messageOf(second)}`], hints: goOn })
  })
  if (moved.releases.length === 0) return error.with({ hints: goOn })
  installation.talk.reporter.warn(`${error.message}: the site goes back to ${noted.note.from.version}`)
  await returned(noted, installation, site, error.message)
  return rolledBack(noted.note, error)
}

/** Brings a way back to its end that was stopped. @throws SealiftError ROLLED_BACK always, or ROLLBACK_FAILED */
async function finishReturn(
  note: UpgradeNote,
  installation: Installation,
  { site }: InstallRequest,
): Promise<never> {
  const noted = { note }
  await returned(noted, installation, site, note.why ?? '')
  throw rolledBack(noted.note, note.why ?? 'it was stopped on its way back, which is at its end now')
}

/** From the server's end until its new release was up, in seconds. */
function gapIn(steps: readonly StepOutcome[], release: string): number {
  const stop = steps.find(({ id, skipped }) => id === 'stop' && !skipped)
  const up = steps.find(({ id }) => id === `release-${release}`)
  if (stop === undefined || up === undefined) return 0
  return Math.max(0, up.startedAfter + up.milliseconds - stop.startedAfter) / 1000
}
