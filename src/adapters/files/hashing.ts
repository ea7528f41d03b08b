import { availableParallelism } from 'node:os'
import { hashingHere } from './hashing-here.ts'
import { hashingThreads } from './hashing-threads.ts'
import type { Hashing } from './lanes.ts'

const processors = availableParallelism()

/**
 * How many threads hash, beside the one that receives. On two processors none: the other has enough to do with the
 * system's own part, and what a thread costs to start and to be talked to is a tenth of a build.
 */
const usual = processors < 3 ? 0 : Math.min(3, processors - 1)

/** Makes what hashes on this machine; the caller closes it. */
export function createHashing(threads = usual): Hashing {
  return threads === 0 ? hashingHere() : hashingThreads(threads)
}
