import type { Clock } from '../../src/kernel/ports/index.ts'

/** A clock that a test moves: who sleeps wakes when it has been moved so far. */
export class ManualClock implements Clock {
  #now = Date.parse('2026-01-01T00:00:00Z')
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>()

  now(): number {
    return this.#now
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const sleeper = { at: this.#now + milliseconds, wake: resolve }
    if (signal?.aborted) reject(signal.reason)
    else this.#sleepers.add(sleeper)
    signal?.addEventListener('abort', () => {
      this.#sleepers.delete(sleeper)
      reject(signal.reason)
    })
    return promise
  }

  /** Moves on by whole seconds; before each and after the last, everything that is awake does what it has to. */
  async advance(seconds: number): Promise<void> {
    await new Promise(setImmediate)
    for (let second = 0; second < seconds; second++) {
      this.#now += 1000
      for (const sleeper of this.#sleepers) {
        if (sleeper.at > this.#now) continue
        this.#sleepers.delete(sleeper)
        sleeper.wake()
      }
      await new Promise(setImmediate)
    }
  }
}
