/**
 * Looking: one project that sees what lies in the projects of teams, by grants and imports, so that one store serves
 * all of them. Finds what it lacks, and the way there. Reads no secret's value, and takes nothing out of the looking
 * project that Sealift did not put there.
 */
export { type FolderAction, isOfLook, type LookAction, type LookRemoval } from './action.ts'
export { applyLook } from './apply.ts'
export { compareLook, type LookComparison } from './diff.ts'
export { isSharingLeft, lookAsker, sharesAnything } from './left.ts'
export { type ObservedLook, observeLook } from './observe.ts'
export { sharingVariable } from './told.ts'
export { trialsBeyond } from './trials.ts'
export { type Look, lookMark, lookOf, named } from './wanted.ts'
