import { infisicalName, infisicalPort } from '../../../../kernel/access/index.ts'
import type { Forward, SiteHost } from '../../../../kernel/ports/index.ts'
import type { ReadCount } from '../../../install/index.ts'

/** Ten times a second. */
const interval = 100
/** What has no answer after so long, in milliseconds, has failed: applications wait no longer. */
const patience = 1_000

/** A client at work. */
export interface Reader {
  /** Ends it; gives what it has counted. Never fails. */
  end(): Promise<ReadCount>
}

/**
 * Begins to read Infisical's API ten times a second, by its Service as all of Sealift does: what answers, what does not, for
 * how long. Waits for its first read. What goes wrong is counted, and stands in nobody's way.
 */
export async function startReader(
  { cluster, clock, infisical }: Pick<SiteHost, 'cluster' | 'clock' | 'infisical'>,
  namespace: string,
): Promise<Reader> {
  const over = new AbortController()
  const underWay = new Set<Promise<void>>()
  const count = { answered: 0, failed: 0, longestGap: 0 }
  let last = clock.now()
  let opening: Promise<Forward> | undefined
  const gap = () => Math.max(count.longestGap, clock.now() - last)
  const server = async (signal: AbortSignal) => {
    opening ??= cluster.forwardService(namespace, infisicalName, infisicalPort)
    const { host, port } = await opening.catch(error => {
      opening = undefined
      throw error
    })
    return infisical(`http://${host}:${port}`, { attempts: 1, signal })
  }
  const read = async () => {
    const enough = new AbortController()
    const signal = AbortSignal.any([over.signal, enough.signal])
    clock.sleep(patience, signal).then(
      () => enough.abort(new Error('no answer in time')),
      () => {},
    )
    try {
      await Promise.race([asked(server(signal)), aborted(signal)])
      count.answered += 1
      count.longestGap = gap()
      last = clock.now()
    } catch {
      if (!over.signal.aborted) count.failed += 1
    } finally {
      enough.abort()
    }
  }
  const begin = () => {
    const reading: Promise<void> = read().finally(() => underWay.delete(reading))
    underWay.add(reading)
    return reading
  }
  const go = async () => {
    for (;;) {
      await clock.sleep(interval, over.signal)
      void begin()
    }
  }
  await begin()
  const going = go().catch(() => {})
  return {
    async end() {
      count.longestGap = gap()
      over.abort(new Error('ended'))
      await Promise.allSettled([going, ...underWay])
      const forward = await opening?.catch(() => undefined)
      await forward?.close().catch(() => {})
      return { ...count }
    },
  }
}

const asked = async (server: Promise<{ status(): Promise<unknown> }>) => await (await server).status()

function aborted(signal: AbortSignal): Promise<never> {
  const end = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  end.catch(() => {})
  return end
}
