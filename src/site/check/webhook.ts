import { type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import type { Verdict } from './verdict.ts'

/** Where the API server finds an admission webhook (admissionregistration.k8s.io/v1, `clientConfig.service`). */
interface ServicePlace {
  readonly namespace: string
  readonly name: string
}

interface Webhooks {
  readonly webhooks?: readonly { readonly clientConfig?: { readonly service?: ServicePlace } }[]
}

/** The part of an EndpointSlice that says whether something answers (discovery.k8s.io/v1). */
interface Slice {
  readonly endpoints?: readonly {
    readonly addresses?: readonly string[]
    readonly conditions?: { readonly ready?: boolean }
  }[]
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

function placesOf(configuration: object, namespaces: readonly string[]): ServicePlace[] {
  const { webhooks = [] } = configuration as Webhooks
  const places = webhooks.flatMap(({ clientConfig }) => clientConfig?.service ?? [])
  return places.filter(({ namespace }) => namespaces.includes(namespace))
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
    ((slice as Slice).endpoints ?? []).some(
      // Not told is ready, says the API.
      ({ addresses = [], conditions }) => addresses.length > 0 && conditions?.ready !== false,
    ),
  )
  return ready ? undefined : `${shown} has no ready endpoint`
}
