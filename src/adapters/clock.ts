import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock, Random } from '../kernel/ports/index.ts'

/** The machine's own time. */
export const clock: Clock = {
  now: () => Date.now(),
  async sleep(milliseconds, signal) {
    try {
      await wait(milliseconds, undefined, signal ? { signal } : {})
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}

/** The operating system's random bytes, fit for keys. */
export const random: Random = { bytes: length => new Uint8Array(randomBytes(length)) }
