import { printable, SealiftError } from '../errors/index.ts'
import { type Clock, type Cluster, type KubernetesObject, kinds } from '../ports/index.ts'
import { managed, systemNamespace } from '../wire/index.ts'

const name = 'sealift'
// The durations of Kubernetes' own leader election: who is not heard of for 15 s is taken for dead.
const lastsSeconds = 15
const renewal = 4_000
const glance = 1_000

/** Who wants to change the site, and how it may wait. */
export interface LeaseRequest {
  readonly cluster: Cluster
  readonly clock: Clock
  /** What others are told: user, machine, process. One of a kind. */
  readonly holder: string
  readonly signal: AbortSignal
  /** Told whom is being waited for. */
  readonly progress: (detail: string) => void
}

/** Does work under a lease, and gives the lease back. @throws SealiftError SITE_BUSY when it was lost, and what the work throws */
export type UnderLease = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>

/**
 * Takes Lease `sealift-system/sealift` (coordination.k8s.io/v1), which whoever changes the site holds. Two machines'
 * clocks differ, so that a holder is known to live by renewing within 15 s of our own; one that was killed is
 * succeeded then. The namespace must be there.
 * @throws SealiftError SITE_BUSY when another one is at work, CLUSTER_*
 */
export async function takeLease(request: LeaseRequest): Promise<UnderLease> {
  const { cluster, clock, signal, progress } = request
  const since = clock.now()
  let seen: KubernetesObject | undefined
  for (;;) {
    const found = await read(cluster)
    const theirs = found && holderOf(found)
    if (theirs !== undefined) {
      if (seen !== undefined && version(seen) !== version(found)) throw busy(theirs)
      const left = lastsSeconds - Math.floor((clock.now() - since) / 1000)
      if (left > 0) {
        progress(`${printable(theirs)} had it last: ${left} s more to see whether it lives`)
        seen = found
        await clock.sleep(glance, signal)
        continue
      }
    }
    const at = micro(clock.now())
    const mine = await unlessMoved(cluster, found, () =>
      found === undefined
        ? cluster.create(lease({}))
        : write(request, found, { acquireTime: at, renewTime: at }),
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
    if (version(await read(cluster)) === version(before)) throw error
    return undefined
  }
}

function under(request: LeaseRequest, first: KubernetesObject): UnderLease {
  return async work => {
    const [lost, over] = [new AbortController(), new AbortController()]
    const renewing = renew(request, first, over.signal).catch((error: unknown) => lost.abort(error))
    try {
      return await work(AbortSignal.any([request.signal, lost.signal]))
    } catch (error) {
      throw lost.signal.aborted ? lost.signal.reason : error
    } finally {
      over.abort()
      const last = await renewing
      // One that cannot be given back ends by itself.
      if (last) await request.cluster.apply(lease({}, version(last))).catch(() => {})
    }
  }
}

/** Renews until it is over; gives the lease as it is then. @throws SealiftError SITE_BUSY when another one has it */
async function renew(
  request: LeaseRequest,
  first: KubernetesObject,
  over: AbortSignal,
): Promise<KubernetesObject> {
  const { cluster, clock, holder } = request
  const { acquireTime = '' } = first['spec'] as LeaseSpec
  let last = first
  for (;;) {
    await clock.sleep(renewal, over).catch(() => {})
    if (over.aborted) return last
    try {
      last = await write(request, last, { acquireTime, renewTime: micro(clock.now()) })
    } catch {
      // That the cluster does not answer is for the work to say.
      const now = await read(cluster).catch(() => undefined)
      if (now !== undefined && holderOf(now) !== holder) throw busy(holderOf(now) ?? 'someone')
      last = now ?? last
    }
  }
}

interface LeaseSpec {
  readonly holderIdentity?: string
  readonly leaseDurationSeconds?: number
  readonly acquireTime?: string
  readonly renewTime?: string
}

const lease = (spec: LeaseSpec, resourceVersion?: string): KubernetesObject => ({
  ...kinds.lease,
  metadata: {
    name,
    namespace: systemNamespace,
    labels: managed,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  },
  spec,
})

/** Writes the holder into a lease that nobody has written since. @throws SealiftError CLUSTER_* */
async function write(
  { cluster, holder }: LeaseRequest,
  before: KubernetesObject,
  times: Pick<LeaseSpec, 'acquireTime' | 'renewTime'>,
): Promise<KubernetesObject> {
  const spec = { holderIdentity: holder, leaseDurationSeconds: lastsSeconds, ...times }
  return cluster.apply(lease(spec, version(before)))
}

const read = (cluster: Cluster) => cluster.get(kinds.lease, name, systemNamespace)
const holderOf = (found: KubernetesObject) => (found['spec'] as LeaseSpec | undefined)?.holderIdentity
const version = (found: KubernetesObject | undefined) =>
  found?.metadata['resourceVersion'] as string | undefined

/** Kubernetes' MicroTime wants all six digits. */
const micro = (at: number) => new Date(at).toISOString().replace('Z', '000Z')

function busy(holder: string): SealiftError {
  return new SealiftError('SITE_BUSY', `${printable(holder)} is changing this site`, {
    hints: ['wait for its end, then run this again: it looks at what is there by then'],
  })
}
