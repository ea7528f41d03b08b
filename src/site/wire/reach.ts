import { SealiftError } from '../../kernel/errors/index.ts'
import type { Cluster, Endpoint, Forward } from '../../kernel/ports/index.ts'

/** The site's two servers by their fields in the site file, as errors name them. */
const servers = {
  database: { name: 'PostgreSQL', code: 'DATABASE_UNREACHABLE' },
  dragonfly: { name: 'Dragonfly', code: 'CACHE_UNREACHABLE' },
} as const

/**
 * A way to a host that the site file names as pods see it: `SERVICE.NAMESPACE.svc[.cluster.local]` through the
 * API server, anything else directly. The caller closes it. A Service that is not there, lacks the port or has no
 * ready pod is a server that cannot be reached, whatever the cluster thinks of it.
 * @throws SealiftError DATABASE_UNREACHABLE or CACHE_UNREACHABLE, CLUSTER_UNREACHABLE, CLUSTER_DENIED
 */
export async function reach(
  cluster: Cluster,
  server: keyof typeof servers,
  { host, port }: Endpoint,
): Promise<Forward> {
  const [, service, namespace] = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(\.[a-z0-9.-]+)?$/.exec(host) ?? []
  if (service === undefined || namespace === undefined) return { host, port, close: async () => {} }
  try {
    return await cluster.forwardService(namespace, service, port)
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
  cluster: Cluster,
  server: keyof typeof servers,
  place: Endpoint,
  work: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  const forward = await reach(cluster, server, place)
  try {
    return await work({ host: forward.host, port: forward.port })
  } finally {
    await forward.close()
  }
}
