import type { Clock, Cluster } from '../ports/index.ts'
import { holderOf, leaseSeconds, readLease, versionOf } from './lease-object.ts'

/** Who has the lease of a site. */
export interface LeaseState {
  readonly holder: string
  /** When it was taken, as the holder's clock had it; a MicroTime of Kubernetes. */
  readonly since: string
  /** Whether it was renewed while it was watched. */
  readonly alive: boolean
}

/** Who has the lease by what is written there: he may have been killed. @throws SealiftError CLUSTER_* */
export async function leaseHolder(cluster: Cluster): Promise<Omit<LeaseState, 'alive'> | undefined> {
  const found = await readLease(cluster)
  return found && holderOf(found)
}

/**
 * Who has the lease, and whether he lives: it is watched for as long as a holder may be silent, since clocks of two
 * machines differ. At once where nobody has it. Takes nothing. @throws SealiftError CLUSTER_*
 */
export async function watchLease(
  cluster: Cluster,
  clock: Clock,
  signal: AbortSignal,
): Promise<LeaseState | undefined> {
  const first = await readLease(cluster)
  const held = first && holderOf(first)
  if (held === undefined) return undefined
  for (let waited = 0; waited < leaseSeconds; waited++) {
    await clock.sleep(1_000, signal)
    const now = await readLease(cluster)
    const holder = now && holderOf(now)
    if (holder === undefined) return undefined
    if (versionOf(now) !== versionOf(first)) return { ...holder, alive: true }
  }
  return { ...held, alive: false }
}
