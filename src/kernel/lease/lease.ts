import { printable } from '../errors/index.ts'
import type { Cluster, KubernetesObject } from '../ports/index.ts'
import {
  busy,
  heldBy,
  holderOf,
  leaseSeconds,
  makeLease,
  microTime,
  readLease,
  versionOf,
  writeLease,
} from './lease-object.ts'
import { keepLease } from './lease-renewal.ts'
import type { LeaseRequest } from './lease-request.ts'

/**
 * Does work under a lease, and gives the lease back. When it is lost, the signal of the work is aborted.
 * @throws SealiftError SITE_BUSY or CLUSTER_UNREACHABLE when it was lost, and what the work throws
 */
export type UnderLease = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>

/**
 * Takes the Lease that whoever changes the site holds. Clocks of two machines differ and may jump, so that a holder is
 * known to live by renewing within 20 seconds that are waited here; one that was killed is succeeded then. The
 * namespace must be there.
 * @throws SealiftError SITE_BUSY when another one is at work, CLUSTER_*
 */
export async function takeLease(request: LeaseRequest): Promise<UnderLease> {
  const { cluster, clock, signal, progress } = request
  let seen: KubernetesObject | undefined
  for (let left = leaseSeconds; ; ) {
    signal.throwIfAborted()
    const found = await readLease(cluster)
    const theirs = found && holderOf(found)?.holder
    const gone = seen !== undefined && found === undefined
    if (gone || (theirs && seen && versionOf(seen) !== versionOf(found)))
      throw busy(theirs ?? (seen && holderOf(seen)?.holder))
    if (theirs && left > 0) {
      progress(`${printable(theirs)} had it last: ${left} s more to see whether it lives`)
      seen = found
      left -= 1
      await clock.sleep(1_000, signal)
      continue
    }
    const now = microTime(clock.now())
    const mine = await unlessMoved(cluster, found, () =>
      found === undefined ? makeLease(cluster) : writeLease(cluster, found, heldBy(request.holder, now)),
    )
    if (mine !== undefined && found !== undefined) return under(request, mine)
  }
}

/** What was written, or nothing when someone else was faster. @throws SealiftError CLUSTER_* */
async function unlessMoved(
  cluster: Cluster,
  before: KubernetesObject | undefined,
  writing: () => Promise<KubernetesObject>,
): Promise<KubernetesObject | undefined> {
  try {
    return await writing()
  } catch (error) {
    if (versionOf(await readLease(cluster)) === versionOf(before)) throw error
    return undefined
  }
}

function under(request: LeaseRequest, first: KubernetesObject): UnderLease {
  return async work => {
    const [lost, over] = [new AbortController(), new AbortController()]
    const keeping = keepLease(request, first, over.signal).catch((error: unknown) => lost.abort(error))
    try {
      const result = await work(AbortSignal.any([request.signal, lost.signal]))
      lost.signal.throwIfAborted()
      return result
    } catch (error) {
      throw lost.signal.aborted ? lost.signal.reason : error
    } finally {
      over.abort()
      const last = await keeping
      // One that is not given back ends by itself.
      if (last) await writeLease(request.cluster, last, {}).catch(() => {})
    }
  }
}
