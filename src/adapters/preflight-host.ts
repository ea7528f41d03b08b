import type { ClusterLooks, HostNames, SiteHost } from '../kernel/ports/index.ts'
import { createLooks } from './cluster/index.ts'
import { hostNames } from './host-names.ts'
import { type SiteLocation, siteHost } from './site-host.ts'

/** The site, and what a look before an install asks of it beside. Nothing is connected yet. */
export async function preflightHost(
  location: SiteLocation,
  environment: Readonly<Record<string, string | undefined>>,
  onSilence?: (message: string) => void,
): Promise<SiteHost & { readonly looks: ClusterLooks; readonly names: HostNames }> {
  const host = await siteHost(location, environment, onSilence)
  return { ...host, looks: createLooks({ ...location.cluster, environment, onSilence }), names: hostNames }
}
