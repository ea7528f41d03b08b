import { takeLease } from '../../install/index.ts'
import type { SiteHost, Talk } from '../../ports/index.ts'
import { readManifests } from '../../wire/index.ts'
import { asStep } from './as-step.ts'

/**
 * Does work that changes the site, while nobody else does. Makes Sealift's own namespace, where the lease is. When
 * the lease is lost, the signal that the work gets is aborted.
 * @throws SealiftError SITE_BUSY, CLUSTER_*, and what the work throws
 */
export async function underLease<T>(
  { cluster, clock, files, manifests, operator: holder }: SiteHost,
  talk: Talk,
  work: (talk: Talk) => Promise<T>,
): Promise<T> {
  const { reporter, signal } = talk
  const { systemNamespace } = await readManifests(files, manifests)
  const under = await asStep(reporter, 'Take the lease of this site', async progress => {
    await cluster.apply(systemNamespace)
    return takeLease({ cluster, clock, holder, signal, progress })
  })
  return under(signal => work({ ...talk, signal }))
}
