import { isRefusal, SealiftError } from '../../kernel/errors/index.ts'
import {
  countsIn,
  fieldsOf,
  isMapping,
  type Mapping,
  mappingsOf,
  textsIn,
} from '../../kernel/objects/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { redacted } from '../../kernel/workloads/index.ts'
import type { ReleaseName } from './own-objects.ts'

// With what follows it still a label of DNS, 63 characters.
const longestName = 55

/** What the API server says of pods that it was only asked about, a line each. */
export interface Admission {
  /** It would not let them in. */
  readonly refusals: readonly string[]
  /** Nobody can tell: they may well come to be. */
  readonly doubts: readonly string[]
}

type Asking = Pick<Cluster, 'get' | 'list' | 'preview'>

/**
 * Asks the API server, by a dry run, about the pods that objects would make: Pod Security, a quota, or a priority class
 * that is not there may stand in their way, and a controller whose pod is refused only tries on in silence. A pod is
 * counted beside those that run; where a namespace has a quota, and the object has pods, these may make room first. What
 * is no plain refusal, a webhook's outage, says nothing of the pods. The namespace must be there.
 * @throws SealiftError CLUSTER_UNREACHABLE, and CLUSTER_* where the cluster cannot be read
 */
export async function tryPods(
  cluster: Asking,
  objects: readonly KubernetesObject[],
  { namespace }: ReleaseName,
): Promise<Admission> {
  const [refusals, doubts]: [string[], string[]] = [[], []]
  for (const object of objects) {
    const place = object.metadata.namespace ?? namespace
    const error = await tryPod(cluster, object, place)
    if (error === undefined) continue
    const title = `${object.kind} ${object.metadata.name}`
    if (error.code !== 'CLUSTER_DENIED' && !isRefusal(error))
      doubts.push(`${title}: whether its pod would be let in is not known: ${redacted(error.message, 700)}`)
    else {
      const said = redacted(error.hints.join('; ') || error.message, 700)
      if (await mayMakeRoom(cluster, object, place))
        doubts.push(`${title}: its pod would be refused beside those that run: ${said}`)
      else refusals.push(`${title}: its pod would be refused: ${said}`)
    }
  }
  return { refusals, doubts }
}

/** Why the pod of an object would not come to be; nothing where it would, or the object makes none. */
async function tryPod(
  cluster: Asking,
  object: KubernetesObject,
  namespace: string,
): Promise<SealiftError | undefined> {
  const template = templateOf(object)
  const pod = template && (await podOf(cluster, object, template, namespace))
  try {
    if (pod !== undefined) await cluster.preview(pod, 'sealift', namespace)
    return undefined
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code === 'CLUSTER_UNREACHABLE') throw error
    return error
  }
}

/** Whether a refusal may be a quota's that counts the object's own pods, which go before new ones come. */
async function mayMakeRoom(cluster: Asking, object: KubernetesObject, namespace: string): Promise<boolean> {
  const live = await cluster.get(object, object.metadata.name, namespace)
  return podsOf(live) > 0 && (await cluster.list(kinds.resourceQuota, namespace)).length > 0
}

/** How many pods a controller has, ready or not (apps/v1, batch/v1). */
function podsOf(live: KubernetesObject | undefined): number {
  const status = countsIn(live?.['status'])
  return status['replicas'] ?? status['currentNumberScheduled'] ?? status['active'] ?? 0
}

/** Whether the API server is asked about the pods of an object. */
export function makesPods({ kind }: Pick<KubernetesObject, 'kind'>): boolean {
  return ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].includes(kind)
}

/** The name of the pod that it is asked about for an object of this name. */
export function dryRunName(name: string): string {
  return `${name.slice(0, longestName).replace(/[.-]+$/, '')}-dry-run`
}

function templateOf({ kind, spec }: KubernetesObject): Mapping | undefined {
  if (!makesPods({ kind })) return undefined
  const { template } = fieldsOf(spec)
  return isMapping(template) ? template : undefined
}

/** The volumes of a StatefulSet's pod, with those that its controller adds: one for each claim that it makes (apps/v1). */
function claimedVolumes({ kind, spec: own }: KubernetesObject, { volumes }: Mapping): Mapping {
  const claims = kind === 'StatefulSet' ? mappingsOf(fieldsOf(own)['volumeClaimTemplates']) : []
  if (claims.length === 0) return {}
  const names = claims.flatMap(({ metadata }) => textsIn(metadata)['name'] ?? [])
  const added = names.map(claimName => ({ name: claimName, persistentVolumeClaim: { claimName } }))
  return { volumes: [...mappingsOf(volumes).filter(({ name }) => !names.includes(String(name))), ...added] }
}

/** A pod of a template; none where the account that it could be tried with is not there yet, or its name is taken. */
async function podOf(
  cluster: Pick<Cluster, 'get'>,
  object: KubernetesObject,
  template: Mapping,
  namespace: string,
): Promise<KubernetesObject | undefined> {
  const there = async (account: unknown) =>
    typeof account === 'string' && (await cluster.get(kinds.serviceAccount, account, namespace)) !== undefined
  const spec = fieldsOf(template['spec'])
  // The release's own account comes with it; every namespace has a default one.
  const own = spec['serviceAccountName']
  const account = (await there(own)) ? own : 'default'
  if (!(await there(account))) return undefined
  const name = dryRunName(object.metadata.name)
  // Of somebody's pod the server would only say that it cannot be changed.
  if ((await cluster.get(kinds.pod, name, namespace)) !== undefined) return undefined
  const { serviceAccount: _, ...rest } = { ...spec, ...claimedVolumes(object, spec) }
  const { labels, annotations } = fieldsOf(template['metadata'])
  return {
    ...kinds.pod,
    metadata: { name, namespace, labels: textsIn(labels), annotations: textsIn(annotations) },
    spec: { ...rest, serviceAccountName: account },
  }
}
