import type { Clock } from '../../src/kernel/ports/index.ts'

/** A clock whose time goes so many times faster than the one that it is made of: who waits minutes waits a moment. */
export function hastyClock(clock: Clock, times: number): Clock {
  const began = clock.now()
  return {
    now: () => began + (clock.now() - began) * times,
    sleep: (milliseconds, signal) => clock.sleep(milliseconds / times, signal),
  }
}
