import { SealiftError } from '../../kernel/errors/index.ts'
import { type Cluster, type Endpoint, type Forward, kinds } from '../../kernel/ports/index.ts'
import type { SiteServices } from './services.ts'

/** The site's two servers by their fields in the site file, as errors name them. */
const servers = {
  database: { name: 'PostgreSQL', code: 'DATABASE_UNREACHABLE' },
  dragonfly: { name: 'Dragonfly', code: 'CACHE_UNREACHABLE' },
} as const

type From = Pick<SiteServices, 'cluster' | 'namespace'>

/**
 * A way to a host that is named as Infisical's pods see it: a Service through the API server, anything else directly.
 * The caller closes it. A Service that is not there, lacks the port or has no ready pod is a server that cannot be
 * reached, whatever the cluster thinks of it.
 * @throws SealiftError DATABASE_UNREACHABLE or CACHE_UNREACHABLE, CLUSTER_UNREACHABLE, CLUSTER_DENIED
 */
export async function reach(
  from: From,
  server: keyof typeof servers,
  { host, port }: Endpoint,
): Promise<Forward> {
  const found = await serviceAt(from, host)
  if (found === undefined) return { host, port, close: async () => {} }
  const { namespace, service } = found
  try {
    return await from.cluster.forwardService(namespace, service, port)
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code !== 'CLUSTER_FAILED') throw error
    const { name, code } = servers[server]
    throw new SealiftError(code, `cannot reach ${name} at ${host}:${port}: ${error.message}`, {
      cause: error,
      hints: [
        ...error.hints,
        `bring it up (kubectl -n ${namespace} get services,pods), or correct ${server} in the site file`,
      ],
    })
  }
}

/** The same for as long as `work` takes. */
export async function through<T>(
  from: From,
  server: keyof typeof servers,
  place: Endpoint,
  work: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  const forward = await reach(from, server, place)
  try {
    return await work({ host: forward.host, port: forward.port })
  } finally {
    await forward.close()
  }
}

/**
 * The Service that a pod in `namespace` finds under a host name: `NAME`, `NAME.NAMESPACE`, `NAME.NAMESPACE.svc` or
 * `NAME.NAMESPACE.svc.cluster.local` (https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/). What
 * may be a name outside as well is one where there is such a Service: the pod looks in the cluster first.
 */
export async function serviceAt(
  { cluster, namespace: own }: From,
  host: string,
): Promise<{ namespace: string; service: string } | undefined> {
  const [, service, namespace = own, svc] =
    /^([a-z0-9-]+)(?:\.([a-z0-9-]+)(\.svc(?:\.[a-z0-9.-]+)?)?)?$/.exec(host.toLowerCase()) ?? []
  if (service === undefined) return undefined
  const certain = /^\.svc(\.cluster\.local\.?)?$/.test(svc ?? '')
  return certain || (await isThere(cluster, service, namespace)) ? { namespace, service } : undefined
}

/** Whether there is such a Service; one that may not be seen is none, so that a server outside can be reached. */
async function isThere(cluster: Cluster, name: string, namespace: string): Promise<boolean> {
  try {
    return (await cluster.get(kinds.service, name, namespace)) !== undefined
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'CLUSTER_DENIED') return false
    throw error
  }
}
