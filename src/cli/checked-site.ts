import type { BudgetHistory, SyncLoad } from '../site/budget/index.ts'
import type { BudgetAccount, Verdict } from '../site/check/index.ts'

/** What a check has found, as far as it is shown. */
export interface CheckedSite {
  readonly site: string
  readonly ok: boolean
  readonly verdicts: readonly Verdict[]
  readonly budget: BudgetAccount
  readonly syncs?: SyncLoad
  readonly history?: BudgetHistory
}
