import type { Site } from '../../../kernel/inputs/index.ts'
import { watchLease } from '../../../kernel/lease/index.ts'
import { type Cluster, kinds, type SiteHost } from '../../../kernel/ports/index.ts'
import { judgeLease, judgeWebhooks, type Verdict } from '../../check/index.ts'
import { ingressFaults } from '../../wire/index.ts'
import { looked } from './looked.ts'

/** Whether what admits objects into the cluster, and points into these namespaces, is up. @throws SealiftError CLUSTER_UNREACHABLE, INTERRUPTED */
export async function lookAtWebhooks(
  cluster: Cluster,
  namespaces: readonly string[],
): Promise<readonly Verdict[]> {
  return await looked('webhook', async () => {
    const within = async (kind: (typeof kinds)[keyof typeof kinds]) =>
      (await Promise.all(namespaces.map(namespace => cluster.list(kind, namespace)))).flat()
    const configurations = [kinds.validatingWebhook, kinds.mutatingWebhook].map(kind => cluster.list(kind))
    const [found, services, slices] = await Promise.all([
      Promise.all(configurations),
      within(kinds.service),
      within(kinds.endpointSlice),
    ])
    return judgeWebhooks(found.flat(), namespaces, services, slices)
  })
}

/** Who has the site's lease, watched until it is known whether he lives. @throws SealiftError CLUSTER_UNREACHABLE, INTERRUPTED */
export async function lookAtLease(
  { cluster, clock }: SiteHost,
  signal: AbortSignal,
): Promise<readonly Verdict[]> {
  return await looked('lease/sealift', async () => judgeLease(await watchLease(cluster, clock, signal)))
}

/** Whether the site's Ingress has its class and its certificate; nothing where it has none. @throws SealiftError CLUSTER_UNREACHABLE, INTERRUPTED */
export async function lookAtIngress(
  cluster: Cluster,
  site: Site,
  namespace: string | undefined,
): Promise<readonly Verdict[]> {
  const { ingress } = site
  if (ingress === undefined || namespace === undefined) return []
  return await looked(`ingress/${ingress.host}`, async id => {
    const faults = await ingressFaults(cluster, site, namespace)
    if (faults.length === 0) return { id, ok: true, message: 'its class and its certificate are there' }
    return {
      id,
      ok: false,
      message: faults.map(({ message }) => message).join('; '),
      hint: faults.map(({ hint }) => hint).join('; '),
    }
  })
}
