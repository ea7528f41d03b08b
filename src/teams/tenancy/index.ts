/**
 * A tenancy: what a file wants against what a server has, and the way from the one to the other. Looks before it
 * changes, and never deletes what it was not told to.
 */
export type { Action, Removal } from './action.ts'
export { type Applying, applyActions } from './apply.ts'
export { type Difference, described, differenceShape, summed } from './described.ts'
export { type Comparison, compare } from './diff.ts'
export { missingFolders } from './folders.ts'
export { openInvitations } from './invitations.ts'
export { type Observed, observe } from './observe.ts'
export { allEnded } from './perform.ts'
export { type Known, type Proving, proveIdentities, provenShape, twinsLeft } from './prove.ts'
export { type Confirm, confirmEach, confirmPruning, type Pruning } from './prune.ts'
export { rightsChanged } from './rights-changed.ts'
export type { Trial } from './trials.ts'
export { allButUnmet, type Unmet, unmetShape } from './unmet.ts'
export { variableDifference } from './variable-difference.ts'
export { withDone } from './with-done.ts'
