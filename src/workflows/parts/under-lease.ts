import { SealiftError } from '../../errors/index.ts'
import { takeLease } from '../../install/index.ts'
import { type Cluster, isTerminating, kinds, type SiteHost, type Talk } from '../../ports/index.ts'
import { markedFor, readManifests, systemNamespace } from '../../wire/index.ts'
import { asStep } from './as-step.ts'

/**
 * Does work that changes the site, while nobody else does. Makes Sealift's own namespace, where the lease is, with the
 * name of the site. When
 * the lease is lost, the signal that the work gets is aborted.
 * @throws SealiftError SITE_BUSY, CLUSTER_*, and what the work throws
 */
export async function underLease<T>(
  { cluster, clock, files, manifests, operator: holder }: SiteHost,
  site: string,
  talk: Talk,
  work: (talk: Talk) => Promise<T>,
): Promise<T> {
  const { reporter, signal } = talk
  const { systemNamespace: namespace } = await readManifests(files, manifests)
  const under = await asStep(reporter, 'Take the lease of this site', async progress => {
    signal.throwIfAborted()
    await refuseTerminating(cluster)
    await cluster.apply(markedFor(site, namespace))
    return takeLease({ cluster, clock, holder, signal, progress })
  })
  return under(signal => work({ ...talk, signal }))
}

/** Nothing can be made in a namespace that goes, a lease neither. */
async function refuseTerminating(cluster: Cluster): Promise<void> {
  if (!isTerminating(await cluster.get(kinds.namespace, systemNamespace))) return
  throw new SealiftError(
    'SITE_BUSY',
    `namespace ${systemNamespace} is being deleted: a removal is at its end`,
    {
      hints: ['wait until it is gone: kubectl get namespaces; if it stays, its status says why'],
    },
  )
}
