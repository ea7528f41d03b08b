import * as z from 'zod'
import { messageOf, SealiftError } from '../../../../kernel/errors/index.ts'
import { hexOf } from '../../../../kernel/oci/index.ts'
import type { SiteHost, Talk } from '../../../../kernel/ports/index.ts'
import {
  beginUpgrade,
  noteUpgrade,
  type Receipt,
  readReceipt,
  type Step,
  type StepOutcome,
  type UpgradeNote,
  upgradeNote,
} from '../../../install/index.ts'
import { deployedRevisions } from '../../../release/index.ts'
import type { Installation } from '../installation.ts'
import { withOpened } from '../opened.ts'
import type { InstallRequest, UpgradeRequest } from '../request.ts'
import { type Course, installResult, run } from '../run.ts'
import { installSteps } from '../steps.ts'
import { type Account, openAccount } from './account.ts'
import { archiveStep, gaveUp, requireArchive } from './archive.ts'
import { budgetStep, requireMeasurable } from './budget-gate.ts'
import { dropExpired } from './expired.ts'
import { withNet } from './net.ts'
import type { Noted } from './noted.ts'
import { pendingUpgrade } from './pending.ts'
import { serveAgain } from './serve-again.ts'
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
export async function upgrade(request: UpgradeRequest, host: SiteHost, talk: Talk): Promise<UpgradeResult> {
  const started = host.clock.now()
  return await withOpened(request, host, talk, async opened => {
    let noted: Noted | undefined
    let account: Account | undefined
    const { release } = opened.wired.infisical
    const course: Course = {
      async take(installation, run) {
        const receipt = await readReceipt(host.cluster)
        const found = await pendingUpgrade(host.cluster, opened.bundle.digest)
        if (found?.state === 'returning') await finishReturn(found, installation, request)
        if (found === undefined && receipt.bundle === opened.bundle.digest)
          return await run(installSteps(installation))
        if (found === undefined) await requireNets(receipt, installation, request)
        noted = { note: found ?? (await begun(receipt, installation, request)) }
        account = await openAccount(noted, receipt, installation)
        try {
          return await run(netted(installation, noted, request))
        } catch (error) {
          throw await failed(error, {
            noted,
            account,
            receipt,
            installation,
            request,
            asked: talk.signal.aborted,
          })
        }
      },
      async proven({ bundle }, steps) {
        if (noted === undefined) return
        await account?.close(bundle.lock, gapIn(steps, release))
        const at = new Date(host.clock.now()).toISOString()
        noted.note = await noteUpgrade(host.cluster, noted.note, { state: 'proven', at })
      },
    }
    try {
      const result = await run(request, opened, host, talk, started, course)
      if (noted === undefined) return { ...result, gap: 0 }
      return { ...result, upgrade: noted.note, gap: gapIn(result.steps, release) }
    } finally {
      await account?.end()
    }
  })
}

/** Makes sure that a bundle may follow, and that all that leads back can be had; says what is given up. */
async function requireNets(receipt: Receipt, installation: Installation, request: UpgradeRequest) {
  await requireUpgradable(receipt, installation)
  await requireArchive(request, installation)
  if (request.budget === 'hold') await requireMeasurable(installation)
  for (const lost of gaveUp(request)) installation.talk.reporter.warn(lost)
}

/** The steps of an upgrade, with the nets that were asked for. */
function netted(installation: Installation, noted: Noted, request: UpgradeRequest): Step[] {
  const { archive, budget, version = '' } = request
  const first = archive && archiveStep(archive, version, installation, noted)
  const steps = withNet(installSteps(installation), installation, noted, first)
  return budget === 'hold' ? [...steps, budgetStep(installation)] : steps
}

/** Notes that a site's upgrade begins, and how each release is now; what an earlier one has kept leads nowhere then. */
async function begun(
  receipt: Receipt,
  installation: Installation,
  request: UpgradeRequest,
): Promise<UpgradeNote> {
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
    ...{ since: at, state: 'begun', at, releases, gaveUp: gaveUp(request) },
  }
  await beginUpgrade(cluster, note)
  return note
}

const goOn = [
  'run sealift upgrade again: it goes on from there; or take the site back: sealift rollback BUNDLE -c site.yaml',
]

interface Failing {
  readonly noted: Noted
  readonly account: Account
  /** Of before. */
  readonly receipt: Receipt
  readonly installation: Installation
  readonly request: UpgradeRequest
  /** Whether the user has asked to stop. */
  readonly asked: boolean
}

/** What an upgrade that failed ends with: its own error where nothing was moved yet, or where it was stopped. */
async function failed(error: unknown, failing: Failing): Promise<unknown> {
  const { noted, account, receipt, installation, request, asked } = failing
  if (!(error instanceof SealiftError)) return error
  if (error.code === 'INTERRUPTED') {
    // Whoever has lost the lease leaves the site alone.
    const stands = asked ? await serveAgain(noted, installation) : undefined
    return stands === undefined ? error : error.with({ hints: [stands] })
  }
  const moved = await movedSince(noted.note, installation).catch((second: unknown) => {
    throw error.with({ faults: [`and nobody can tell what was moved: ${messageOf(second)}`], hints: goOn })
  })
  if (moved.releases.length === 0) return error.with({ hints: goOn })
  installation.talk.reporter.warn(`${error.message}: the site goes back to ${noted.note.from.version}`)
  await returned(noted, installation, request.site, error.message)
  await account.close(receipt.lock)
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
