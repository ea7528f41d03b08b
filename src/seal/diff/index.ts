/**
 * Differences between two states of a platform.
 * Takes two locks, or the rendered objects of two bundles; gives what changed in charts, images, layers, bytes to
 * carry, and in the fields of Kubernetes objects. Shows no value of a Secret.
 * Never opens a bundle, renders a chart, or decides what is an upgrade.
 */

export type { FieldChange } from '../../kernel/objects/index.ts'
export { type Diff, type DiffSide, diffResult, lockDiff } from './diff.ts'
export { type ObjectChange, objectChanges, type PlacedObject } from './objects.ts'
