/**
 * A tenancy: what a file wants against what a server has, and the way from the one to the other. Looks before it
 * changes, and never deletes what it was not told to.
 */
export { type Action, type Difference, described, differenceShape, summed } from './action.ts'
export { type Applying, applyActions } from './apply.ts'
export { difference } from './diff.ts'
export { type Observed, observe } from './observe.ts'
