/**
 * What a site's budget is like over time and under load: takes accounts, objects and what was observed before; gives what
 * ExternalSecrets ask for, the history on the site, and the smallest honest setting. Changes nothing but that history.
 */
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
export { concurrentIn, loadOf, type SyncLoad, syncLoad } from './syncs.ts'
