import { type Found, judgeName, ok, together, warning } from '../../preflight/index.ts'
import { ingressFaults, siteUrl } from '../../wire/index.ts'
import type { Grounds } from './grounds.ts'
import type { Check } from './looking.ts'

/** How people get to Infisical: the name in its address, the Ingress. */
export function accessChecks({ request, host, services, cluster }: Grounds): Check[] {
  const { site } = request
  const { url, ingress } = site
  const group = 'access'
  return [
    {
      ...{ id: 'access/name', group, title: 'The name in Infisical’s address' },
      async look(): Promise<Found> {
        if (url === undefined && ingress === undefined)
          return ok('the site file names no address: it is reached inside the cluster only')
        const { hostname } = new URL(siteUrl(site, ''))
        const bare = hostname.replace(/^\[|\]$/g, '')
        if (/^[\d.]+$|:/.test(bare)) return ok(`${bare} is an address`)
        return judgeName(bare, await host.names.addresses(bare))
      },
    },
    {
      ...{ id: 'access/ingress', group, title: 'Infisical’s Ingress' },
      async look(): Promise<Found> {
        if (ingress === undefined) return ok('the site file wants none')
        const [{ namespace }] = await Promise.all([services.need(), cluster.need()])
        const faults = await ingressFaults(host.cluster, site, namespace)
        return together(
          faults.map(({ message, hint }) => warning(message, hint)),
          ok(`class ${ingress.className ?? 'by default'}, and what it needs, are there`),
        )
      },
    },
  ]
}
