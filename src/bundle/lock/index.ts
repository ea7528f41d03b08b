/**
 * The lock: exactly what a spec resolved to.
 * Takes a lock, or its text; gives canonical text, a validated lock, or what differs between two, each with a sentence.
 * Never resolves anything, and never reads or writes a file.
 */
export { type Change, change } from './change.ts'
export { driftOf } from './drift.ts'
export { absentLayers, contentOf, layersOf } from './layers.ts'
export {
  type BundleLock,
  bundleLock,
  imageBytes,
  type LockedAttachment,
  type LockedChart,
  type LockedImage,
  type LockedTool,
  lockJsonSchema,
  platformBytes,
  type Share,
} from './lock.ts'
export { parseLock } from './parse.ts'
export { printLock } from './print.ts'
