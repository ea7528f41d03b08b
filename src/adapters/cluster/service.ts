import { fieldsOf, type Mapping, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
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

/** Finds what is behind a service's port now. @throws SealiftError CLUSTER_FAILED when nothing ready is */
export async function backend(cluster: Pick<Cluster, 'get' | 'list'>, wanted: ServicePort): Promise<Backend> {
  const { namespace, service, port } = wanted
  const shown = `service ${namespace}/${service}`
  const object = await cluster.get(kinds.service, service, namespace)
  if (!object) throw failed(`there is no ${shown}`)
  const { type, externalName, ports: listed, selector } = fieldsOf(object['spec'])
  if (type === 'ExternalName' && typeof externalName === 'string' && externalName !== '')
    return { host: externalName, port }
  const ports = mappingsOf(listed)
  // A DNS service has the same port twice: for UDP, which cannot be forwarded, and TCP.
  const own = ports.find(
    candidate => candidate['port'] === port && (candidate['protocol'] || 'TCP') === 'TCP',
  )
  if (!own) {
    throw failed(`${shown} has no port ${port}`, [
      `its ports: ${ports.map(({ port }) => port).join(', ') || 'none'}`,
    ])
  }
  const labels = Object.entries(textsIn(selector)).map(([key, value]) => `${key}=${value}`)
  if (labels.length === 0) return sliceBackend(cluster, wanted, own)
  const pods = await cluster.list(kinds.pod, namespace, labels.join(','))
  const pod = pods.find(ready)
  if (!pod) {
    const states = pods.map(
      each => `${each.metadata.name} (${textsIn(each['status'])['phase'] ?? 'unknown'})`,
    )
    throw failed(`no pod behind ${shown} is ready`, [
      states.length > 0 ? `its pods: ${states.join(', ')}` : 'it has no pods at all',
    ])
  }
  const number = targetPort(own, pod)
  if (number === undefined)
    throw failed(`pod ${pod.metadata.name} has no port named ${textsIn(own)['targetPort']} for ${shown}`)
  return { pod: pod.metadata.name, port: number }
}

function ready(pod: KubernetesObject): boolean {
  const { conditions } = fieldsOf(pod['status'])
  const isReady = mappingsOf(conditions).some(({ type, status }) => type === 'Ready' && status === 'True')
  return isReady && !isTerminating(pod)
}

function targetPort({ port, targetPort }: Mapping, pod: KubernetesObject): number | undefined {
  const wanted = targetPort || port
  if (typeof wanted === 'number') return wanted
  const { containers, initContainers } = fieldsOf(pod['spec'])
  // A sidecar is an init container that stays.
  const sidecars = mappingsOf(initContainers).filter(({ restartPolicy }) => restartPolicy === 'Always')
  const ports = [...mappingsOf(containers), ...sidecars].flatMap(({ ports }) => mappingsOf(ports))
  const number = ports.find(({ name }) => name === wanted)?.['containerPort']
  return typeof number === 'number' ? number : undefined
}

/** A service without a selector: its EndpointSlices were written by hand or by an operator. */
async function sliceBackend(cluster: Pick<Cluster, 'list'>, at: ServicePort, own: Mapping): Promise<Backend> {
  const slices = await cluster.list(
    kinds.endpointSlice,
    at.namespace,
    `kubernetes.io/service-name=${at.service}`,
  )
  for (const slice of slices) {
    const { ports, endpoints } = slice
    const port = mappingsOf(ports).find(({ name }) => (name ?? '') === (own['name'] ?? ''))?.['port']
    const endpoint = mappingsOf(endpoints).find(({ conditions }) => fieldsOf(conditions)['ready'] !== false)
    const { addresses, targetRef } = fieldsOf(endpoint)
    const [host] = Array.isArray(addresses) ? addresses : []
    if (typeof port !== 'number' || typeof host !== 'string' || host === '') continue
    const { kind, name: pod } = fieldsOf(targetRef)
    return kind === 'Pod' && typeof pod === 'string' && pod !== '' ? { pod, port } : { host, port }
  }
  throw failed(
    `service ${at.namespace}/${at.service} has no selector and no ready endpoint for port ${at.port}`,
  )
}
