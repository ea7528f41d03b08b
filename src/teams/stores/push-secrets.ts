import { managed } from '../../kernel/access/index.ts'
import { fieldsOf } from '../../kernel/objects/index.ts'
import { covers } from '../../kernel/owned/index.ts'
import { type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { type Action, missingFolders, type Observed, type Unmet } from '../tenancy/index.ts'
import type { PushSecretAction } from './action.ts'
import { placed, sameDuration, storeMark, unnamed } from './external-secrets.ts'
import { noPushes, pushCapability } from './push-capability.ts'
import type { ObservedPushes } from './push-observed.ts'
import { pushFolders, type Served, storeNameOf } from './wanted.ts'

/** A folder that pushes write into, and that is to be made. */
export type FolderToMake = Extract<Action, { readonly kind: 'folder'; readonly change: 'create' }>

/** A PushSecret that the file wants. */
export type WantedPush = Served['pushSecrets'][number]

/** The object that brings keys of a Kubernetes Secret into an environment. What is gone from it stays in Infisical. */
export function pushSecretObject(served: Served, wanted: WantedPush): KubernetesObject {
  const { name, namespace, source, refreshInterval, data } = wanted
  return {
    ...kinds.pushSecret,
    metadata: { name, namespace, labels: managed, annotations: { [storeMark]: storeNameOf(served) } },
    spec: {
      refreshInterval,
      updatePolicy: 'Replace',
      deletionPolicy: 'None',
      secretStoreRefs: [{ kind: 'ClusterSecretStore', name: storeNameOf(served) }],
      selector: { secret: { name: source } },
      data: Object.entries(data)
        .map(([secretKey, remoteKey]) => ({ match: { secretKey, remoteRef: { remoteKey } } }))
        .toSorted((a, b) => (a.match.secretKey < b.match.secretKey ? -1 : 1)),
    },
  }
}

/** The store as far as External Secrets Operator can push at all, and which pushes cannot be had. */
export function withPossiblePushes(
  served: Served,
  observed: ObservedPushes,
): { served: Served; unmet: Unmet[] } {
  const why = noPushes(served, observed)
  if (served.pushSecrets.length === 0 || why === undefined) return { served, unmet: [] }
  return {
    served: { ...served, pushSecrets: [] },
    unmet: served.pushSecrets.map(wanted => ({ name: `PushSecret ${placed(wanted)}`, why })),
  }
}

/** Whether pushes wait for External Secrets Operator to say what it can do, which it does of a store that is ready. */
export function pushUnsaid(serve: readonly Served[], { capabilities, canPush }: ObservedPushes): boolean {
  const isUnsaid = (served: Served) => pushCapability(served, capabilities) === 'unknown'
  return canPush && serve.some(served => served.pushSecrets.length > 0 && isUnsaid(served))
}

/**
 * What is to be done for the PushSecrets of a store: a push makes no folder, so that it has to be there. Those of a
 * namespace that is not there cannot be had.
 */
export function pushActions(
  served: Served,
  {
    pushSecrets,
    namespaces,
    server,
  }: ObservedPushes & { readonly namespaces: ReadonlySet<string>; readonly server: Observed },
): { folders: FolderToMake[]; actions: PushSecretAction[]; unmet: Unmet[] } {
  const { project, environment } = served
  const there = new Map(pushSecrets.map(object => [placed(object.metadata), object]))
  const has = ({ namespace }: WantedPush) => namespaces.has(namespace)
  const folders = (server.projects.get(project)?.folders.get(environment) ?? []).map(({ path }) => path)
  const missing = missingFolders(
    pushFolders(served).filter(path => path !== '/'),
    folders,
  )
  return {
    folders: missing.map(
      folder => ({ kind: 'folder', change: 'create', project, environment, ...folder }) as const,
    ),
    actions: served.pushSecrets.filter(has).flatMap(wanted => {
      const found = there.get(placed(wanted))
      if (isAsWanted(found, pushSecretObject(served, wanted))) return []
      const { name, namespace, source } = wanted
      const of = { kind: 'push-secret', project, environment, namespace, name } as const
      return [{ ...of, change: found ? 'change' : 'create', detail: `brings Secret ${source}` } as const]
    }),
    unmet: served.pushSecrets
      .filter(wanted => !has(wanted))
      .map(wanted => ({
        name: `PushSecret ${placed(wanted)}`,
        why: `there is no namespace ${wanted.namespace}`,
      })),
  }
}

function isAsWanted(live: KubernetesObject | undefined, wanted: KubernetesObject): boolean {
  const { refreshInterval: now, ...rest } = fieldsOf(live?.['spec'])
  const { refreshInterval, ...spec } = fieldsOf(wanted['spec'])
  return sameDuration(now, refreshInterval) && covers(rest, spec) && covers(live?.metadata, wanted.metadata)
}

/** PushSecrets of Sealift's that the file does not have. */
export function oldPushSecrets(
  serve: readonly Served[],
  live: readonly KubernetesObject[],
): (PushSecretAction & { readonly change: 'remove' })[] {
  const wanted = new Set(serve.flatMap(({ pushSecrets }) => pushSecrets.map(placed)))
  const of = { kind: 'push-secret', change: 'remove', detail: 'what it brought stays in Infisical' } as const
  return unnamed(live, wanted).map(place => ({ ...of, ...place }))
}
