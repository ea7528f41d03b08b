import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { placed, storeOf } from './external-secrets.ts'
import { type Capabilities, capabilitiesIn } from './push-capability.ts'
import type { Served } from './wanted.ts'

/** What there is of pushes. */
export interface ObservedPushes {
  /** What ESO says that it can do with stores of Infisical. */
  readonly capabilities: Capabilities
  /** Whether the cluster knows PushSecrets: a chart of ESO's can leave them out. */
  readonly canPush: boolean
  /** PushSecrets that Sealift made for stores. */
  readonly pushSecrets: readonly KubernetesObject[]
  /** Names of PushSecrets in the way, which Sealift did not make. */
  readonly foreignPushes: readonly string[]
  /** Secrets that the file wants pushed and that are there, by `namespace/name`. */
  readonly sources: ReadonlyMap<string, KubernetesObject>
}

/** Looks at PushSecrets and what they are to bring. @param stores every ClusterSecretStore @throws SealiftError CLUSTER_* */
export async function observePushes(
  serve: readonly Served[],
  cluster: Cluster,
  stores: readonly KubernetesObject[],
): Promise<ObservedPushes> {
  const canPush = (await cluster.get(kinds.crd, 'pushsecrets.external-secrets.io')) !== undefined
  const live = canPush ? await cluster.list(kinds.pushSecret) : []
  const isOurs = (object: KubernetesObject) => storeOf(object) !== undefined
  const others = new Set(live.filter(object => !isOurs(object)).map(({ metadata }) => placed(metadata)))
  const wanted = serve.flatMap(({ pushSecrets }) => pushSecrets)
  const sources = await Promise.all(
    wanted.map(async ({ namespace, source }) => {
      const found = await cluster.get(kinds.secret, source, namespace)
      return found === undefined ? [] : [[`${namespace}/${source}`, found] as const]
    }),
  )
  return {
    ...{ capabilities: capabilitiesIn(stores), canPush, sources: new Map(sources.flat()) },
    pushSecrets: live.filter(isOurs),
    foreignPushes: wanted
      .map(placed)
      .filter(name => others.has(name))
      .map(name => `PushSecret ${name}`),
  }
}
