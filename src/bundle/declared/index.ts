/**
 * The budget: what rendered pods declare.
 * Takes the pods that resolving found and the spec's budget; gives every container's share, the totals by
 * Kubernetes's own rules (init containers, sidecars, autoscalers, surge), and what is over.
 * Never asks a cluster what is really used, and never prints a table.
 */
export { parseCpu, parseMemory, printCpu, quantityIn } from './quantity.ts'
export {
  type BudgetReport,
  budgetFault,
  computeBudget,
} from './report.ts'
export { requestOf } from './requests.ts'
