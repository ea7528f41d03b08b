/**
 * What a site's budget is like over time and under load: takes accounts, objects and what was observed before; gives what
 * ExternalSecrets ask for, the history on the site, and the smallest honest setting. Changes nothing but that history.
 */
export { type Confirmation, confirm, confirmation, notedFit } from './confirm.ts'
export { noteFirstSample, unmeasured } from './first-sample.ts'
export { type BudgetFit, budgetFit, fitBudget } from './fit.ts'
export { changesOf, type ValueChange, valueChange, valuesOf } from './fit-values.ts'
export {
  type BudgetHistory,
  budgetHistory,
  historyOf,
  noteObservation,
  type Observation,
  observationOf,
  observations,
} from './history.ts'
export { judgeIntervals } from './intervals.ts'
export { loadNow, serverNow } from './now.ts'
export { concurrentIn, loadOf, type SyncLoad, syncLoad } from './syncs.ts'
export { usageOver } from './usage-over.ts'
