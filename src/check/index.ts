/**
 * Takes what was observed on the site, gives verdicts and the budget's two-sided account. Reads nothing
 * itself and changes nothing.
 */
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
