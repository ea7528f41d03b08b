/**
 * Takes what was observed on the site, gives verdicts and the budget's two-sided account. Reads nothing
 * itself and changes nothing.
 */
export { judgeCa } from './certificate.ts'
export { judgeFailure, judgeUntried } from './failure.ts'
export { judgeKeys, type KeysState, keysState, keysWords, observeKeys } from './keys.ts'
export { judgeLease } from './lease.ts'
export { observeBudget, usageIfAny } from './observed-budget.ts'
export { judgeCache, judgeDatabase } from './services.ts'
export { usageOver } from './usage-over.ts'
export {
  type Amount,
  type BudgetAccount,
  type BudgetRow,
  budgetAccount,
  judgeBudget,
  judgeDeployment,
  judgeLeftovers,
  judgeReady,
  type Verdict,
  verdict,
} from './verdict.ts'
export { judgeWebhooks } from './webhook.ts'
