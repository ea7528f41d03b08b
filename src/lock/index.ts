/**
 * The lock: exactly what a spec resolved to.
 * Takes a lock, or its text; gives canonical text, a validated lock, or the differences between two in sentences.
 * Never resolves anything, and never reads or writes a file.
 */
export { driftOf } from './drift.ts'
export { absentLayers, layersOf } from './layers.ts'
export {
  type BundleLock,
  bundleLock,
  imageBytes,
  type LockedChart,
  type LockedImage,
  type LockedTool,
  lockJsonSchema,
  type Share,
} from './lock.ts'
export { parseLock } from './parse.ts'
export { printLock } from './print.ts'
