import { SealiftError } from '../errors/index.ts'
import type { KubernetesObject } from '../ports/index.ts'
import { busy, heldBy, holderOf, microTime, readLease, writeLease } from './lease-object.ts'
import type { LeaseRequest } from './lease-request.ts'

// In seconds. A holder gives up before another one may take its place, as in Kubernetes' own leader election; a stall
// of the API server for so long is survived.
const givesUp = 15
const renews = 4
const second = 1_000

/**
 * Renews until it is over. Gives the lease as it is then, or nothing where the cluster does not answer.
 * @throws SealiftError SITE_BUSY when another one has it, CLUSTER_UNREACHABLE when another one may
 */
export async function keepLease(
  { cluster, clock, holder }: Pick<LeaseRequest, 'cluster' | 'clock' | 'holder'>,
  first: KubernetesObject,
  over: AbortSignal,
): Promise<KubernetesObject | undefined> {
  const since = holderOf(first)?.since ?? ''
  const state: { last: KubernetesObject; silent: number; asking?: Promise<void>; taken?: SealiftError } = {
    last: first,
    silent: 0,
  }
  const ask = async () => {
    try {
      state.last = await writeLease(cluster, state.last, heldBy(holder, since, microTime(clock.now())))
      state.silent = 0
    } catch {
      const found = await readLease(cluster).catch(() => 'no answer' as const)
      if (found === 'no answer') return
      const theirs = found && holderOf(found)
      // It goes with its namespace, where nobody can make another: a removal has come to its end.
      if (found === undefined) state.silent = 0
      else if (theirs?.holder === holder && theirs.since === since) state.last = found
      else state.taken = busy(theirs?.holder)
    }
  }
  for (;;) {
    await clock.sleep(second, over).catch(() => {})
    if (over.aborted) break
    state.silent += 1
    if (state.taken) throw state.taken
    if (state.silent >= givesUp) throw unheard()
    if (state.silent >= renews) state.asking ??= ask().finally(() => delete state.asking)
  }
  // One that is being renewed at this moment has an answer soon, or none.
  const enough = new AbortController()
  await Promise.race([state.asking, clock.sleep(2 * second, enough.signal).catch(() => {})])
  enough.abort()
  return state.silent < renews ? state.last : undefined
}

function unheard(): SealiftError {
  return new SealiftError(
    'CLUSTER_UNREACHABLE',
    `the cluster has not answered for ${givesUp} s: another install may change this site from now on`,
    { hints: ['when it answers again, run this again: it goes on where it stopped'] },
  )
}
