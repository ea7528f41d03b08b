import * as z from 'zod'
import type { SiteHost, Talk } from '../../../../kernel/ports/index.ts'
import {
  noteUpgrade,
  type Receipt,
  readReceipt,
  type Step,
  type StepOutcome,
  upgradeNote,
} from '../../../install/index.ts'
import type { Installation } from '../installation.ts'
import { withOpened } from '../opened.ts'
import type { UpgradeRequest } from '../request.ts'
import { type Course, installResult, run } from '../run.ts'
import { installSteps } from '../steps.ts'
import { type Account, openAccount } from './account.ts'
import { archiveStep, gaveUp, requireArchive } from './archive.ts'
import { begun } from './begin.ts'
import { budgetStep, requireMeasurable } from './budget-gate.ts'
import { failed, finishReturn } from './failed.ts'
import { watchHope } from './hopeless.ts'
import { withNet } from './net.ts'
import type { Noted } from './noted.ts'
import { pendingUpgrade } from './pending.ts'
import { standingOf } from './standing.ts'
import { requireUpgradable } from './upgradable.ts'

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
        if (found?.state === 'begun' && receipt.bundle === opened.bundle.digest) {
          // Proven, and killed before that was noted: what there is to do is what an install makes sure of.
          noted = { note: found }
          return await run(installSteps(installation))
        }
        if (found === undefined) await requireNets(receipt, installation, request)
        noted = { note: found ?? (await begun(receipt, installation, request)) }
        account = await openAccount(noted, receipt, installation)
        try {
          return await run(netted(installation, noted, request))
        } catch (error) {
          const asked = talk.signal.aborted
          throw await failed(error, { noted, account, installation, request, asked })
        }
      },
      async proven(installation, steps) {
        if (noted === undefined) return
        const after = await standingOf(installation.bundle.lock, installation)
        await account?.close({ after, gap: gapIn(steps, release) })
        const at = new Date(host.clock.now()).toISOString()
        const state = { state: 'proven', at, ...(account === undefined && { after }) } as const
        noted.note = await noteUpgrade(host.cluster, noted.note, state)
      },
    }
    try {
      const result = await run(request, opened, host, talk, started, course)
      if (noted === undefined) return { ...result, gap: 0 }
      return { ...result, upgrade: noted.note, gap: noted.note.gap ?? gapIn(result.steps, release) }
    } finally {
      await account?.end()
    }
  })
}

/** Makes sure that a bundle may follow, and that all that leads back can be had; says what is given up. */
async function requireNets(receipt: Receipt, installation: Installation, request: UpgradeRequest) {
  await requireUpgradable(receipt, installation, request.allow)
  await requireArchive(request, installation)
  if (request.budget === 'hold') await requireMeasurable(installation)
  for (const lost of gaveUp(request)) installation.talk.reporter.warn(lost)
}

/** The steps of an upgrade, with the nets that were asked for. */
function netted(installation: Installation, noted: Noted, request: UpgradeRequest): Step[] {
  const { archive, budget, version = '' } = request
  const first = archive && archiveStep(archive, version, installation, noted)
  const watched = { ...installation, hopeless: watchHope(installation) }
  const steps = withNet(installSteps(watched), installation, noted, first)
  return budget === 'hold' ? [...steps, budgetStep(installation)] : steps
}

/** From the server's end until its new release was up, in seconds. */
function gapIn(steps: readonly StepOutcome[], release: string): number {
  const stop = steps.find(({ id, skipped }) => id === 'stop' && !skipped)
  const up = steps.find(({ id }) => id === `release-${release}`)
  if (stop === undefined || up === undefined) return 0
  return Math.max(0, up.startedAfter + up.milliseconds - stop.startedAfter) / 1000
}
