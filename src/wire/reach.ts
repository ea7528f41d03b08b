import type { Cluster, Endpoint, Forward } from '../ports/index.ts'

/**
 * A way to a host that the site file names as pods see it: `SERVICE.NAMESPACE.svc[.cluster.local]` through the
 * API server, anything else directly. The caller closes it.
 */
export async function reach(cluster: Cluster, { host, port }: Endpoint): Promise<Forward> {
  const service = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(\.[a-z0-9.-]+)?$/.exec(host)
  const [, name, namespace] = service ?? []
  if (name === undefined || namespace === undefined) return { host, port, close: async () => {} }
  return await cluster.forwardService(namespace, name, port)
}

/** The same for as long as `work` takes. */
export async function through<T>(
  cluster: Cluster,
  place: Endpoint,
  work: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  const forward = await reach(cluster, place)
  try {
    return await work({ host: forward.host, port: forward.port })
  } finally {
    await forward.close()
  }
}
