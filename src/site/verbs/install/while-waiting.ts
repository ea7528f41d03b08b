import type { SiteHost, Talk } from '../../../kernel/ports/index.ts'
import { awaited } from '../../release/index.ts'

/** Milliseconds between two looks. */
const interval = 3_000

/**
 * Does work that waits for pods, and tells meanwhile what those wait for: helm does in silence, until its time is over.
 * What is so still is told once. What stands in the way of looking is no error.
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
    let told = ''
    for (;;) {
      await clock.sleep(interval, until)
      const [first] = await awaited(cluster, namespace).catch(() => [])
      if (first === undefined || first === told || until.aborted) continue
      say(first)
      told = first
    }
  }
  look().catch(() => {})
  try {
    return await work()
  } finally {
    over.abort()
  }
}
