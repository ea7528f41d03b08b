import { Flags, type Interfaces } from '@oclif/core'
import { journalPath, type LoadingWayName, type ReadSite } from '../kernel/inputs/index.ts'
import type { Reporter } from '../kernel/ports/index.ts'
import type { BudgetAccount } from '../site/check/index.ts'
import { allowances, allowFlags, siteFlag } from './flags.ts'
import { loadFlag } from './load-flags.ts'
import { receiptFlag } from './receipt-files.ts'

/** `--journal` of the verbs that run steps. */
export const journalFlag = Flags.string({
  summary: 'Where finished steps are appended (default: beside the site file).',
})

/** What the verbs that install a bundle take. */
export const installFlags = {
  site: siteFlag,
  journal: journalFlag,
  load: loadFlag(),
  receipt: receiptFlag({
    multiple: true,
    summary: 'Where the receipt goes: FILE.html, FILE.json.',
  }),
  ...allowFlags,
}

interface Given extends Interfaces.InferredFlags<typeof allowFlags> {
  readonly site: string
  readonly journal?: string | undefined
  readonly load?: LoadingWayName | undefined
  readonly receipt?: string[] | undefined
}

/** The same as their verbs take it. `upgrade`: whether a newer bundle may go over one that is installed. */
export function installRequest(
  bundle: string,
  site: ReadSite,
  flags: Given,
  version: string,
  upgrade: boolean,
) {
  const { journal = journalPath(flags.site, site.site), load, receipt = [] } = flags
  return {
    ...{ bundle, site, journal, load, version },
    ...{ allow: allowances(flags, upgrade), withReceipt: receipt.length > 0 },
  }
}

/** Tells what is to be said at the end of an install that went well; `unkept` of its keys, where nobody has them. */
export function warnInstalled(
  { budget }: { readonly budget: Pick<BudgetAccount, 'observedFits'> },
  unkept: string | undefined,
  reporter: Pick<Reporter, 'warn'>,
): void {
  if (!budget.observedFits)
    reporter.warn('more is used than the budget allows; sealift check says so with its exit code')
  if (unkept !== undefined) reporter.warn(unkept)
}
