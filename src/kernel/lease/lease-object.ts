import { managed, systemNamespace } from '../access/index.ts'
import { printable, SealiftError } from '../errors/index.ts'
import { textsIn } from '../objects/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../ports/index.ts'

const name = 'sealift'

/** Seconds without a renewal after which a holder is taken for dead. */
export const leaseSeconds = 20

/** The fields of a Lease's spec that are used (coordination.k8s.io/v1); none of holder and times when nobody has it. */
interface LeaseSpec {
  readonly holderIdentity?: string
  readonly leaseDurationSeconds?: number
  readonly acquireTime?: string
  readonly renewTime?: string
}

/** Lease `sealift-system/sealift`, as it is now. @throws SealiftError CLUSTER_* */
export function readLease(cluster: Cluster): Promise<KubernetesObject | undefined> {
  return cluster.get(kinds.lease, name, systemNamespace)
}

/** Makes the lease, held by nobody. @throws SealiftError CLUSTER_FAILED when it is there */
export function makeLease(cluster: Cluster): Promise<KubernetesObject> {
  return cluster.create(lease({}))
}

/** Writes a lease that nobody has written since it was `before`. @throws SealiftError CLUSTER_* */
export function writeLease(
  cluster: Cluster,
  before: KubernetesObject,
  spec: LeaseSpec,
): Promise<KubernetesObject> {
  return cluster.apply(lease(spec, versionOf(before)))
}

/** A spec of a lease that somebody has. Times are Kubernetes' MicroTimes. */
export function heldBy(holder: string, since: string, renewTime = since): LeaseSpec {
  return { holderIdentity: holder, leaseDurationSeconds: leaseSeconds, acquireTime: since, renewTime }
}

const lease = (spec: LeaseSpec, resourceVersion?: string): KubernetesObject => ({
  ...kinds.lease,
  metadata: {
    ...{ name, namespace: systemNamespace, labels: managed },
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  },
  spec,
})

/** Who has a lease, and since when; nothing when nobody does. */
export function holderOf(found: KubernetesObject): { holder: string; since: string } | undefined {
  const { holderIdentity: holder, acquireTime: since = '' } = textsIn(found['spec'])
  return holder ? { holder, since } : undefined
}

/** What changes with every write. */
export function versionOf(found: KubernetesObject | undefined): string | undefined {
  return textsIn(found?.metadata)['resourceVersion']
}

/** A time as Kubernetes' MicroTime wants it, with all six digits. */
export function microTime(at: number): string {
  return new Date(at).toISOString().replace('Z', '000Z')
}

/** The error for a site that someone else is at work on. */
export function busy(holder: string | undefined): SealiftError {
  return new SealiftError('SITE_BUSY', `${printable(holder ?? 'someone else')} is changing this site`, {
    hints: ['wait for its end, then run this again: it looks at what is there by then'],
  })
}
