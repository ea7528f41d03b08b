import type { SiteHost, Talk } from '../../../kernel/ports/index.ts'
import { keysWords } from '../../check/index.ts'
import { refuseStale } from '../../plan/index.ts'
import { withOpened } from './opened.ts'
import { planOpened } from './plan/index.ts'
import type { InstallRequest } from './request.ts'
import { type InstallResult, run } from './run.ts'

export { type PlanResult, planFault, planInstall, planResult, readPlan } from './plan/index.ts'
export type { Allowances, InstallRequest, UpgradeRequest } from './request.ts'
export { type InstallResult, installResult } from './run.ts'
export { rollback, rollbackResult, type UpgradeResult, upgrade, upgradeResult } from './upgrade/index.ts'

/**
 * Installs a bundle: makes sure who signed it, verifies it, looks at the site before the first change, then runs
 * the steps. The file is opened once, so that what is verified is what is installed. A rerun changes only what is not
 * as it should be, and proves again.
 * @throws SealiftError any of the site's and the bundle's codes
 */
export async function install(request: InstallRequest, host: SiteHost, talk: Talk): Promise<InstallResult> {
  const started = host.clock.now()
  return await withOpened(request, host, talk, async opened => {
    if (request.plan !== undefined) refuseStale(request.plan, await planOpened(request, opened, host, talk))
    return await run(request, opened, host, talk, started)
  })
}

/** What is to be said at the end where nobody could put the keys back, and the site file does not say that it shall be so. */
export function withoutEscrow({ keys }: Pick<InstallResult, 'keys'>): string | undefined {
  const { message, hint } = keysWords(keys)
  return hint === undefined ? undefined : `${message}; ${hint}`
}
