import { fieldsOf, type Mapping, mappingsOf } from '../../kernel/objects/index.ts'
import { type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import type { Verdict } from './verdict.ts'

/** Where the API server finds an admission webhook (admissionregistration.k8s.io/v1, `clientConfig.service`). */
interface ServicePlace {
  readonly namespace: string
  readonly name: string
}

/**
 * Whether each webhook configuration that points into one of the namespaces has a Service with a ready endpoint: one
 * without stands in the way of every object that it is asked about. One verdict for each name.
 * @param slices EndpointSlices of those namespaces
 */
export function judgeWebhooks(
  configurations: readonly KubernetesObject[],
  namespaces: readonly string[],
  services: readonly KubernetesObject[],
  slices: readonly KubernetesObject[],
): Verdict[] {
  const ours = configurations
    .map(({ metadata: { name }, ...rest }) => ({ name, places: placesOf(rest, namespaces) }))
    .filter(({ places }) => places.length > 0)
  return [...Map.groupBy(ours, ({ name }) => name)].map(([name, all]) => {
    const id = `webhook/${name}`
    const faults = all.flatMap(({ places }) => places).flatMap(place => fault(place, services, slices) ?? [])
    if (faults.length === 0) return { id, ok: true, message: 'its Service has a ready endpoint' }
    return {
      id,
      ok: false,
      message: `${[...new Set(faults)].join('; ')}: what it must be asked about is refused`,
      hint: 'run sealift install again: it puts back what is missing',
    }
  })
}

function placesOf({ webhooks }: Mapping, namespaces: readonly string[]): ServicePlace[] {
  return mappingsOf(webhooks).flatMap(({ clientConfig }) => {
    const { namespace, name } = fieldsOf(fieldsOf(clientConfig)['service'])
    if (typeof namespace !== 'string' || typeof name !== 'string') return []
    return namespaces.includes(namespace) ? [{ namespace, name }] : []
  })
}

function fault(
  { namespace, name }: ServicePlace,
  services: readonly KubernetesObject[],
  slices: readonly KubernetesObject[],
): string | undefined {
  const shown = `Service ${namespace}/${name}`
  const isIt = ({ metadata }: KubernetesObject) => metadata.namespace === namespace && metadata.name === name
  if (!services.some(isIt)) return `${shown} is not there`
  const own = slices.filter(
    ({ kind, metadata }) =>
      kind === kinds.endpointSlice.kind &&
      metadata.namespace === namespace &&
      metadata.labels?.['kubernetes.io/service-name'] === name,
  )
  const ready = own.some(slice =>
    mappingsOf(slice['endpoints']).some(
      // Not told is ready, says the API.
      ({ addresses, conditions }) =>
        Array.isArray(addresses) && addresses.length > 0 && fieldsOf(conditions)['ready'] !== false,
    ),
  )
  return ready ? undefined : `${shown} has no ready endpoint`
}
