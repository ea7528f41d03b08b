import { type Cluster, isTerminating, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { failed } from './faults.ts'

/** One port of one service. */
export interface ServicePort {
  readonly namespace: string
  readonly service: string
  readonly port: number
}

/** What serves it: a pod to forward to, or an address outside the cluster's pods. */
export type Backend =
  | { readonly pod: string; readonly port: number }
  | { readonly host: string; readonly port: number }

interface Port {
  readonly name?: string
  readonly port: number
  readonly targetPort?: number | string
  readonly protocol?: string
}

interface ServiceSpec {
  readonly type?: string
  readonly externalName?: string
  readonly ports?: readonly Port[]
  readonly selector?: Readonly<Record<string, string>>
}

interface Container {
  readonly restartPolicy?: string
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[]
}

interface PodSpec {
  readonly containers: readonly Container[]
  readonly initContainers?: readonly Container[]
}

interface PodStatus {
  readonly phase?: string
  readonly conditions?: readonly { readonly type: string; readonly status: string }[]
}

interface Slice {
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[]
  readonly endpoints?: readonly {
    readonly addresses: readonly string[]
    readonly conditions?: { readonly ready?: boolean }
    readonly targetRef?: { readonly kind?: string; readonly name?: string }
  }[]
}

/** Finds what is behind a service's port now. @throws SealiftError CLUSTER_FAILED when nothing ready is */
export async function backend(cluster: Pick<Cluster, 'get' | 'list'>, wanted: ServicePort): Promise<Backend> {
  const { namespace, service, port } = wanted
  const shown = `service ${namespace}/${service}`
  const object = await cluster.get(kinds.service, service, namespace)
  if (!object) throw failed(`there is no ${shown}`)
  const { type, externalName, ports = [], selector } = object['spec'] as ServiceSpec
  if (type === 'ExternalName' && externalName) return { host: externalName, port }
  // A DNS service has the same port twice: for UDP, which cannot be forwarded, and TCP.
  const own = ports.find(candidate => candidate.port === port && (candidate.protocol ?? 'TCP') === 'TCP')
  if (!own) {
    throw failed(`${shown} has no port ${port}`, [
      `its ports: ${ports.map(({ port }) => port).join(', ') || 'none'}`,
    ])
  }
  if (!selector || Object.keys(selector).length === 0) return sliceBackend(cluster, wanted, own)
  const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`)
  const pods = await cluster.list(kinds.pod, namespace, labels.join(','))
  const pod = pods.find(ready)
  if (!pod) {
    const states = pods.map(
      each => `${each.metadata.name} (${(each['status'] as PodStatus).phase ?? 'unknown'})`,
    )
    throw failed(`no pod behind ${shown} is ready`, [
      states.length > 0 ? `its pods: ${states.join(', ')}` : 'it has no pods at all',
    ])
  }
  const number = targetPort(own, pod)
  if (number === undefined)
    throw failed(`pod ${pod.metadata.name} has no port named ${own.targetPort} for ${shown}`)
  return { pod: pod.metadata.name, port: number }
}

function ready(pod: KubernetesObject): boolean {
  const { conditions = [] } = (pod['status'] ?? {}) as PodStatus
  const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
  return isReady && !isTerminating(pod)
}

function targetPort({ port, targetPort = port }: Port, pod: KubernetesObject): number | undefined {
  if (typeof targetPort === 'number') return targetPort
  const { containers, initContainers = [] } = pod['spec'] as PodSpec
  // A sidecar is an init container that stays.
  const running = [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')]
  return running.flatMap(({ ports = [] }) => ports).find(({ name }) => name === targetPort)?.containerPort
}

/** A service without a selector: its EndpointSlices were written by hand or by an operator. */
async function sliceBackend(cluster: Pick<Cluster, 'list'>, at: ServicePort, own: Port): Promise<Backend> {
  const slices = await cluster.list(
    kinds.endpointSlice,
    at.namespace,
    `kubernetes.io/service-name=${at.service}`,
  )
  for (const slice of slices) {
    const { ports = [], endpoints = [] } = slice as unknown as Slice
    const port = ports.find(({ name = '' }) => name === (own.name ?? ''))?.port
    const endpoint = endpoints.find(({ conditions }) => conditions?.ready !== false)
    const host = endpoint?.addresses[0]
    if (port === undefined || host === undefined) continue
    const pod = endpoint?.targetRef?.kind === 'Pod' ? endpoint.targetRef.name : undefined
    return pod ? { pod, port } : { host, port }
  }
  throw failed(
    `service ${at.namespace}/${at.service} has no selector and no ready endpoint for port ${at.port}`,
  )
}
