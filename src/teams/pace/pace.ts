import { statusOf } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Clock } from '../../kernel/ports/index.ts'

/** Requests in flight at most. Measured: at sixteen a real server stopped answering everybody for a minute. */
export const mostAtOnce = 4

// Milliseconds to wait after a failure, one after the other; then it is given up.
const pauses = [1_000, 2_000, 4_000, 8_000, 16_000]

/** Requests wait here for their turn. From the first failure on they go one at a time. */
export interface Pace {
  /** A request that changes nothing: sent again, after a pause, when the server fails. */
  read<T>(request: () => Promise<T>): Promise<T>
  /**
   * A request that changes something: sent once, because nobody knows what a failed one has done. After a failure none
   * is sent any more: they all end with that same error, until the world was looked at again.
   */
  change<T>(request: () => Promise<T>): Promise<T>
  /** Waits after a failure, and lets changes through again. @throws the failure, when there were too many */
  rest(failure: unknown): Promise<void>
}

/** Whether the server failed, or did not answer, as opposed to refused: 429 and 500 upwards. */
export function isOverload(error: unknown): boolean {
  if (!(error instanceof SealiftError) || error.code !== 'SERVER_FAILED') return false
  const status = statusOf(error)
  return status === undefined ? error.cause instanceof Error : status === 429 || status >= 500
}

/** `signal` ends what waits; `said` is told of each pause, in a sentence; `atOnce` is how many go beside one another. */
export function createPace(
  clock: Clock,
  signal: AbortSignal,
  said: (text: string) => void,
  atOnce: number = mostAtOnce,
): Pace {
  const waiting: (() => void)[] = []
  let running = 0
  let most = Math.min(atOnce, mostAtOnce)
  let failures = 0
  let resting = Promise.resolve()
  let broken: { readonly error: unknown } | undefined

  async function inTurn<T>(request: () => Promise<T>, changing: boolean): Promise<T> {
    if (running >= most) await new Promise<void>(go => waiting.push(go))
    else running += 1
    try {
      await resting
      signal.throwIfAborted()
      if (changing && broken !== undefined) throw broken.error
      return await watched(request)
    } catch (error) {
      if (changing) broken ??= { error }
      throw error
    } finally {
      // A place is handed on, or given back; when there are fewer places than before, only given back.
      const next = running > most ? undefined : waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }

  async function watched<T>(request: () => Promise<T>): Promise<T> {
    const before = failures
    try {
      return await request()
    } catch (error) {
      // Those that fail together are one failure.
      if (isOverload(error) && before === failures) slowDown()
      throw error
    }
  }

  function slowDown(): void {
    most = 1
    const pause = pauses[failures]
    failures += 1
    if (pause === undefined) return
    said(`the server failed; going on in ${pause / 1000} s, one request at a time`)
    resting = clock.sleep(pause, signal)
    resting.catch(() => {})
  }

  async function rest(failure: unknown): Promise<void> {
    if (!isOverload(failure) || failures > pauses.length) throw failure
    await resting
    broken = undefined
  }

  return {
    rest,
    async read(request) {
      for (;;) {
        try {
          return await inTurn(request, false)
        } catch (error) {
          await rest(error)
        }
      }
    },
    change: request => inTurn(request, true),
  }
}

/** Does something again, whole, where the server failed at it. @throws what it threw, when that was too often */
export async function untilDone<T>(pace: Pace, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      await pace.rest(error)
    }
  }
}
