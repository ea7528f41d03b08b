import type { ClusterFacts, SiteHost } from '../kernel/ports/index.ts'
import { createFacts } from './cluster/index.ts'
import { type SiteLocation, siteHost } from './site-host.ts'

/** The site, and what is found out of its cluster beside objects. Nothing is connected yet. */
export async function factsHost(
  location: SiteLocation,
  environment: Readonly<Record<string, string | undefined>>,
  onSilence?: (message: string) => void,
): Promise<SiteHost & { readonly facts: ClusterFacts }> {
  const host = await siteHost(location, environment, onSilence)
  return { ...host, facts: createFacts({ ...location.cluster, environment, onSilence }) }
}
