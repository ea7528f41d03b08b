import type { Clock } from '../../src/kernel/ports/index.ts'

/** A clock that never waits: it moves its own time forward and keeps what was asked of it. */
export class RecordingClock implements Clock {
  /** Every sleep in milliseconds. */
  readonly sleeps: number[] = []
  #now = Date.parse('2026-01-01T00:00:00Z')

  now(): number {
    return this.#now
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.sleeps.push(milliseconds)
    this.#now += milliseconds
  }
}
