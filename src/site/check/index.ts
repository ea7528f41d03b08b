/**
 * Takes what was observed on the site, gives verdicts and the budget's two-sided account. Reads nothing
 * itself and changes nothing.
 */
export { type Amount, budgetAmount } from './amount.ts'
export {
  type BudgetAccount,
  type BudgetRow,
  budgetAccount,
  budgetSources,
  judgeBudget,
} from './budget.ts'
export { judgeCa } from './certificate.ts'
export { judgeFailure, judgeUntried } from './failure.ts'
export { judgeKeys, type KeysState, keysState, keysWords, observeKeys } from './keys.ts'
export { judgeLease } from './lease.ts'
export { allocatableOf } from './measured.ts'
export { aroundOf, observeBudget, usageIfAny } from './observed-budget.ts'
export { judgeCache, judgeDatabase } from './services.ts'
export {
  judgeDeployment,
  judgeLeftovers,
  judgeReady,
  type Verdict,
  verdict,
} from './verdict.ts'
export { judgeWebhooks } from './webhook.ts'
