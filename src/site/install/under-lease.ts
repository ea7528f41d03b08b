import { systemNamespace } from '../../kernel/access/index.ts'
import { type Recorded, recorded } from '../../kernel/history/index.ts'
import { takeLease } from '../../kernel/lease/index.ts'
import { asStep, isTerminating, kinds, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import { readManifests } from '../wire/index.ts'

/**
 * Does work that changes the site, while nobody else does. Makes Sealift's own namespace, where the lease is; one that is
 * being deleted, by a removal at its end or by hand, is waited for first. When the lease is lost, the signal that the
 * work gets is aborted. The run is recorded in the site's audit log, with what it is about.
 * @throws SealiftError SITE_BUSY, CLUSTER_*, and what the work throws
 */
export async function underLease<T>(
  { cluster, clock, manifests, operator: holder, about = {} }: SiteHost & Recorded,
  talk: Talk,
  work: (talk: Talk) => Promise<T>,
): Promise<T> {
  const { reporter, signal } = talk
  const { systemNamespace: namespace } = await readManifests(manifests)
  const under = await asStep(reporter, 'Take the lease of this site', async progress => {
    signal.throwIfAborted()
    if (isTerminating(await cluster.get(kinds.namespace, systemNamespace))) {
      progress(`waiting until namespace ${systemNamespace} is gone`)
      await cluster.delete(kinds.namespace, systemNamespace)
    }
    if ((await cluster.get(kinds.namespace, systemNamespace)) === undefined) await cluster.apply(namespace)
    return takeLease({ cluster, clock, holder, signal, progress })
  })
  return under(signal => recorded({ cluster, clock, operator: holder, about }, { ...talk, signal }, work))
}
