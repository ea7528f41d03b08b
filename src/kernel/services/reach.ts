import { SealiftError } from '../errors/index.ts'
import { type Cluster, type Endpoint, type Forward, kinds } from '../ports/index.ts'

/** Whose pods the host is named for. */
export interface From {
  readonly cluster: Cluster
  /** Namespace of the pods. */
  readonly namespace: string
}

/** A server as errors name it. */
export interface Server {
  readonly name: 'PostgreSQL' | 'Dragonfly'
  readonly code: 'DATABASE_UNREACHABLE' | 'CACHE_UNREACHABLE'
  /** What names its host: `database in the site file`. */
  readonly field: string
}

/**
 * A way to a host that is named as pods see it: a Service through the API server, anything else directly. The caller
 * closes it. A Service that is not there, lacks the port or has no ready pod is a server that cannot be reached,
 * whatever the cluster thinks of it. @throws SealiftError with the server's code, CLUSTER_UNREACHABLE, CLUSTER_DENIED
 */
export async function reachServer(from: From, server: Server, { host, port }: Endpoint): Promise<Forward> {
  const found = await serviceAt(from, host)
  if (found === undefined) return { host, port, close: async () => {} }
  const { namespace, service } = found
  try {
    return await from.cluster.forwardService(namespace, service, port)
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code !== 'CLUSTER_FAILED') throw error
    const { name, code, field } = server
    throw new SealiftError(code, `cannot reach ${name} at ${host}:${port}: ${error.message}`, {
      cause: error,
      hints: [...error.hints, `bring it up (kubectl -n ${namespace} get services,pods), or correct ${field}`],
    })
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
