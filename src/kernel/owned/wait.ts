import type { Clock } from '../ports/index.ts'

/** How long to wait, how to be stopped, and who is told. */
export interface Patience {
  readonly clock: Clock
  readonly signal?: AbortSignal
  /** Told what is being waited for, in a few words. */
  readonly progress?: (detail: string) => void
  /** Milliseconds for one thing waited for; 120 000 when left out. */
  readonly timeout?: number
}

const interval = 250

/** Asks until there is an answer; `undefined` when the time is over. Gives the milliseconds it took as well. */
export async function waitFor<T>(
  { clock, signal, timeout = 120_000 }: Patience,
  ask: () => Promise<T | undefined>,
): Promise<{ value: T; took: number } | undefined> {
  const start = clock.now()
  for (;;) {
    signal?.throwIfAborted()
    const value = await ask()
    const took = clock.now() - start
    if (value !== undefined) return { value, took }
    if (took >= timeout) return undefined
    await clock.sleep(interval, signal)
  }
}
