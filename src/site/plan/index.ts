/**
 * What an install would change, before it does: takes a cluster, gives one that asks instead of writing and remembers;
 * and compares a plan that was approved with what would be done now. Never writes to a site, and holds no secret.
 */
export { type Rehearsal, rehearse } from './rehearsal.ts'
export {
  type InstallPlan,
  installPlan,
  type PlannedChange,
  type PlannedNode,
  type PlannedObject,
} from './shape.ts'
export { refuseStale } from './stale.ts'
export { printPlan, readPlan } from './text.ts'
