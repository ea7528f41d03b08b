import type { SiteHost, Talk } from '../../../kernel/ports/index.ts'
import { creationTrouble } from '../../release/index.ts'

/** Milliseconds between two looks. */
const interval = 3_000

/**
 * Does work that waits for pods, and tells meanwhile why some cannot even be made: helm waits for those in silence,
 * until its time is over. What stands in the way of looking is no error.
 * @throws what the work throws
 */
export async function tellingTrouble<T>(
  { cluster, clock }: Pick<SiteHost, 'cluster' | 'clock'>,
  namespace: string,
  { signal }: Pick<Talk, 'signal'>,
  say: (detail: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const look = async () => {
    for (;;) {
      await clock.sleep(interval, until)
      const [first] = await creationTrouble(cluster, namespace).catch(() => [])
      if (first !== undefined && !until.aborted) say(first)
    }
  }
  look().catch(() => {})
  try {
    return await work()
  } finally {
    over.abort()
  }
}
