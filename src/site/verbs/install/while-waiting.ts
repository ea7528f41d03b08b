import { SealiftError } from '../../../kernel/errors/index.ts'
import type { SiteHost, Talk } from '../../../kernel/ports/index.ts'
import { awaited } from '../../release/index.ts'

/** Milliseconds between two looks. */
const interval = 3_000

/** What waiting is done with, and asked meanwhile. */
export interface Meanwhile extends Pick<Talk, 'signal'> {
  readonly say: (detail: string) => void
  /** Why it is not worth waiting for any longer. */
  readonly hopeless?: (() => Promise<string | undefined>) | undefined
}

/**
 * Does work that waits for pods, and tells meanwhile what those wait for: helm does in silence, until its time is over.
 * What is so still is told once. What stands in the way of looking is no error. Work that is not worth waiting for is told
 * to stop by its signal.
 * @throws what the work throws, SealiftError HELM_FAILED where it was told to stop
 */
export async function tellingTrouble<T>(
  { cluster, clock }: Pick<SiteHost, 'cluster' | 'clock'>,
  namespace: string,
  { signal, say, hopeless }: Meanwhile,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const enough = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  let why: string | undefined
  const look = async () => {
    let told = ''
    for (;;) {
      await clock.sleep(interval, until)
      why = await hopeless?.()
      if (why !== undefined && !until.aborted) return enough.abort(new Error(why))
      const [first] = await awaited(cluster, namespace).catch(() => [])
      if (first === undefined || first === told || until.aborted) continue
      say(first)
      told = first
    }
  }
  look().catch(() => {})
  try {
    return await work(AbortSignal.any([signal, enough.signal]))
  } catch (error) {
    if (!enough.signal.aborted || signal.aborted) throw error
    throw new SealiftError('HELM_FAILED', `what was to come up in ${namespace} does not: ${why}`, {
      cause: error,
    })
  } finally {
    over.abort()
  }
}
