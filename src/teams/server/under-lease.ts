import { type Recorded, recorded } from '../../kernel/history/index.ts'
import { takeLease } from '../../kernel/lease/index.ts'
import { asStep, type SiteHost, type Talk } from '../../kernel/ports/index.ts'

/**
 * Does work that changes what a site's Infisical has while nobody else does, nor installs or removes. When the lease is
 * lost, the signal that the work gets is aborted. The run is recorded in the site's audit log, with what it is about.
 * The site must be installed.
 * @throws SealiftError SITE_BUSY, CLUSTER_*, and what the work throws
 */
export async function underLease<T>(
  {
    cluster,
    clock,
    operator: holder,
    about = {},
  }: Pick<SiteHost, 'cluster' | 'clock' | 'operator'> & Recorded,
  talk: Talk,
  work: (talk: Talk) => Promise<T>,
): Promise<T> {
  const { reporter, signal } = talk
  const under = await asStep(reporter, 'Take the lease of this site', progress =>
    takeLease({ cluster, clock, holder, signal, progress }),
  )
  return await under(signal =>
    recorded({ cluster, clock, operator: holder, about }, { ...talk, signal }, work),
  )
}
