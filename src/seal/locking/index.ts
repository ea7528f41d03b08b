/**
 * Makes a lock, or compares one: takes a spec's folder and a registry, gives everything that the spec stands for by
 * digest, each image with its reason, and the differences to the lock that is there. Writes no bundle.
 */
export { forgetKept } from './kept.ts'
export { type MadeLock, makeLock } from './make-lock.ts'
export type { LockRequest } from './request.ts'
