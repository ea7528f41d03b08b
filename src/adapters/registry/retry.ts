import { SealiftError, ServerTrouble } from '../../kernel/errors/index.ts'
import type { Clock } from '../../kernel/ports/index.ts'
import { Passing } from './failures.ts'

const firstWait = 500
const longestWait = 60_000

/** What a retry needs from outside. */
export interface RetryContext {
  readonly clock: Clock
  /** Told before each wait. */
  readonly onRetry?: (message: string) => void
}

/**
 * Tries again what failed in a {@link Passing} way: after the time the server asked for (60 s at most), or
 * after 0.5, 1, 2, 4 s, each a quarter more or less so that many clients do not come back at once.
 * @throws the failure's final error, with a {@link ServerTrouble} as its cause, or the signal's reason
 */
export async function retry<Result>(
  { clock, onRetry }: RetryContext,
  attempt: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  for (let count = 1; ; count++) {
    signal?.throwIfAborted()
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof Passing)) throw error
      const { code, message, hints, cause } = error.final
      if (count >= error.tries) {
        const tried = count === 1 ? '' : `, tried ${count} times`
        throw new SealiftError(code, message + tried, {
          hints,
          cause: new ServerTrouble(error.trouble, cause),
        })
      }
      const backoff = firstWait * 2 ** (count - 1) * (0.75 + Math.random() / 2)
      const wait = Math.round(Math.min(error.wait ?? backoff, longestWait))
      onRetry?.(`${message}; next try in ${(wait / 1000).toFixed(1)} s`)
      await clock.sleep(wait, signal)
    }
  }
}

const ranks = [
  'REGISTRY_UNREACHABLE',
  'IMAGE_NOT_FOUND',
  'REGISTRY_FAILED',
  'REGISTRY_DENIED',
  'CONTENT_MISMATCH',
]
const nextHelps = new Set<string>(['REGISTRY_UNREACHABLE', 'IMAGE_NOT_FOUND', 'REGISTRY_FAILED'])

/**
 * Asks one place after the other until one has it. A place that denies access ends the search: it is there, and
 * set up wrongly.
 * @throws SealiftError of the place whose answer tells most; the others' are its faults
 */
export async function firstOf<Place, Result>(
  places: readonly Place[],
  ask: (place: Place) => Promise<Result>,
): Promise<Result> {
  const failures: SealiftError[] = []
  for (const place of places) {
    try {
      return await ask(place)
    } catch (error) {
      if (!(error instanceof SealiftError)) throw error
      failures.push(error)
      if (!nextHelps.has(error.code)) break
    }
  }
  const [first, ...others] = failures.toSorted((a, b) => ranks.indexOf(b.code) - ranks.indexOf(a.code))
  if (first === undefined) throw new Error('no place to ask')
  if (others.length === 0) throw first
  const { code, message, hints, cause } = first
  throw new SealiftError(code, message, { hints, cause, faults: others.map(other => other.message) })
}
