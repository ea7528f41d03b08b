import { isManaged, managed } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { fieldsOf, type Mapping, mappingsOf } from '../../kernel/objects/index.ts'
import { covers } from '../../kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import type { Unmet } from '../tenancy/index.ts'
import type { ExternalSecretAction } from './action.ts'
import { type Served, storeNameOf } from './wanted.ts'

/** Annotation of an ExternalSecret or a PushSecret that Sealift made: the name of its store. */
export const storeMark = 'sealift.dev/store'

/** An ExternalSecret that the file wants. */
type Wanted = Served['externalSecrets'][number]

/** `namespace/name`. */
export const placed = ({
  namespace,
  name,
}: {
  readonly namespace?: string | undefined
  readonly name: string
}) => `${namespace}/${name}`

/** The store that an ExternalSecret or a PushSecret of Sealift's goes through; nothing for any other. */
export function storeOf(object: KubernetesObject): string | undefined {
  return isManaged(object) ? object.metadata.annotations?.[storeMark] : undefined
}

function targetOf(object: KubernetesObject | undefined): unknown {
  return fieldsOf(fieldsOf(object?.['spec'])['target'])['name']
}

/** The object that brings secrets of an environment into a Secret. */
export function externalSecretObject(served: Served, wanted: Wanted): KubernetesObject {
  const { name, namespace, target, refreshInterval, data } = wanted
  return {
    ...kinds.externalSecret,
    metadata: { name, namespace, labels: managed, annotations: { [storeMark]: storeNameOf(served) } },
    spec: {
      refreshInterval,
      secretStoreRef: { kind: 'ClusterSecretStore', name: storeNameOf(served) },
      target: { name: target, creationPolicy: 'Owner' },
      data: Object.entries(data)
        .map(([secretKey, key]) => ({ secretKey, remoteRef: { key } }))
        .toSorted((a, b) => (a.secretKey < b.secretKey ? -1 : 1)),
    },
  }
}

function isAsWanted(live: KubernetesObject | undefined, wanted: KubernetesObject): boolean {
  const [{ refreshInterval: now, ...rest }, { refreshInterval, ...spec }] = [live, wanted].map(object =>
    fieldsOf(object?.['spec']),
  ) as [Mapping, Mapping]
  return sameDuration(now, refreshInterval) && covers(rest, spec) && covers(live?.metadata, wanted.metadata)
}

/** Whether two times are the same. Seen: ESO writes objects back, and 1h is 1h0m0s then. */
export const sameDuration = (now: unknown, wanted: unknown) => seconds(now) === seconds(wanted)

const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 }

/** A duration as Go writes it, in whole units; what is none is NaN, which equals nothing. */
function seconds(duration: unknown): number {
  const parts = /^(\d+[hms])+$/.test(String(duration)) ? String(duration).match(/\d+[hms]/g) : undefined
  if (!parts) return Number.NaN
  return parts.reduce((sum, part) => sum + Number.parseInt(part, 10) * (units[part.slice(-1)] ?? 0), 0)
}

/** What is to be done for the ExternalSecrets of a store; those of a namespace that is not there cannot be had. */
export function externalSecretActions(
  served: Served,
  live: readonly KubernetesObject[],
  namespaces: ReadonlySet<string>,
): { actions: ExternalSecretAction[]; unmet: Unmet[] } {
  const { project, environment } = served
  const there = new Map(live.map(object => [placed(object.metadata), object]))
  const [possible, lost] = [true, false].map(is =>
    served.externalSecrets.filter(({ namespace }) => namespaces.has(namespace) === is),
  )
  const actions = (possible ?? []).flatMap(wanted => {
    const found = there.get(placed(wanted))
    if (isAsWanted(found, externalSecretObject(served, wanted))) return []
    const { name, namespace, target } = wanted
    const of = { kind: 'external-secret', project, environment, namespace, name } as const
    return [{ ...of, change: found ? 'change' : 'create', detail: `makes Secret ${target}` } as const]
  })
  const unmet = (lost ?? []).map(({ namespace, name }) => ({
    name: `ExternalSecret ${namespace}/${name}`,
    why: `there is no namespace ${namespace}`,
  }))
  return { actions, unmet }
}

/** ExternalSecrets of Sealift's that the file does not have. */
export function oldExternalSecrets(
  serve: readonly Served[],
  live: readonly KubernetesObject[],
): (ExternalSecretAction & { readonly change: 'remove' })[] {
  const wanted = new Set(serve.flatMap(({ externalSecrets }) => externalSecrets.map(placed)))
  const of = { kind: 'external-secret', change: 'remove', detail: 'with the Secret that it made' } as const
  return unnamed(live, wanted).map(place => ({ ...of, ...place }))
}

/** Where those of Sealift's objects are that are not among the named (`namespace/name`), with their store's environment. */
export function unnamed(
  live: readonly KubernetesObject[],
  named: ReadonlySet<string>,
): { project: string; environment: string; namespace: string; name: string }[] {
  return live.flatMap(object => {
    const [project, environment] = (storeOf(object) ?? '').split('.')
    const { name, namespace = '' } = object.metadata
    if (!project || !environment || named.has(placed(object.metadata))) return []
    return [{ project, environment, namespace, name }]
  })
}

/**
 * Names of objects in the way: ExternalSecrets of these names that are not Sealift's, and Secrets that ESO would write
 * over, though no ExternalSecret has made them. @throws SealiftError CLUSTER_*
 */
export async function foreignInTheWay(
  serve: readonly Served[],
  live: readonly KubernetesObject[],
  cluster: Cluster,
): Promise<string[]> {
  const there = new Map(live.map(object => [placed(object.metadata), object]))
  const found = serve.flatMap(({ externalSecrets }) =>
    externalSecrets.map(async wanted => {
      const object = there.get(placed(wanted))
      if (object !== undefined && storeOf(object) === undefined) return [`ExternalSecret ${placed(wanted)}`]
      // What it makes already is its own; a target that the file has changed may be somebody else's.
      if (targetOf(object) === wanted.target) return []
      const secret = await cluster.get(kinds.secret, wanted.target, wanted.namespace)
      const owners = mappingsOf(secret?.metadata['ownerReferences'])
      const ours = owners.some(({ kind, name }) => kind === 'ExternalSecret' && name === wanted.name)
      return secret === undefined || ours ? [] : [`Secret ${wanted.namespace}/${wanted.target}`]
    }),
  )
  return (await Promise.all(found)).flat()
}

/** @throws SealiftError FOREIGN_INSTALL that names all of them, where there are any */
export function refuseForeign(names: readonly string[]): void {
  if (names.length === 0) return
  throw new SealiftError('FOREIGN_INSTALL', 'objects are in the way, and Sealift did not make them', {
    faults: names,
    hints: ['Sealift would write over them: keep what is in them elsewhere, delete them, and run it again.'],
  })
}
