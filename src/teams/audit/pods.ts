import { infisicalName } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import { type Cluster, type KubernetesObject, kinds, type LogRun } from '../../kernel/ports/index.ts'

/** A run of a container whose log may be had. */
export interface Run {
  readonly pod: string
  readonly container: string
  readonly run: LogRun
  /** When it began, ISO 8601; nothing where the cluster does not say. */
  readonly startedAt?: string
  /** Whether the cluster has no earlier run's log of it. */
  readonly isFirst: boolean
  /** Runs of it that were before, whose logs are gone. */
  readonly lost: number
}

/** Every run of the server's containers that the cluster still has a log of. @throws SealiftError CLUSTER_* */
export async function whereRuns(cluster: Cluster, namespace: string): Promise<readonly Run[]> {
  const service = await cluster.get(kinds.service, infisicalName, namespace)
  const selector = Object.entries(textsIn(fieldsOf(service?.['spec'])['selector'])).map(pair =>
    pair.join('='),
  )
  const pods = selector.length === 0 ? [] : await cluster.list(kinds.pod, namespace, selector.join(','))
  return pods.flatMap(runsOf)
}

function runsOf(pod: KubernetesObject): Run[] {
  const statuses = mappingsOf(fieldsOf(pod['status'])['containerStatuses'])
  return mappingsOf(fieldsOf(pod['spec'])['containers']).flatMap(({ name }) => {
    const { restartCount = 0, state, lastState } = statuses.find(status => status['name'] === name) ?? {}
    const restarts = typeof restartCount === 'number' ? restartCount : 0
    const began = (of: unknown) =>
      Object.values(fieldsOf(of))
        .map(each => fieldsOf(each)['startedAt'])
        .find(at => typeof at === 'string')
    const run = (which: LogRun, startedAt: unknown, isFirst: boolean): Run => ({
      ...{ pod: pod.metadata.name, container: String(name), run: which, isFirst },
      lost: isFirst ? Math.max(0, restarts - 1) : 0,
      ...(typeof startedAt === 'string' ? { startedAt } : {}),
    })
    const present = run('present', began(state), restarts === 0)
    return restarts === 0 ? [present] : [run('previous', began(lastState), true), present]
  })
}

/**
 * Pods by the addresses that they have now; those that share their node's are left out, and all where nobody may list
 * them. @throws SealiftError CLUSTER_UNREACHABLE, CLUSTER_FAILED
 */
export async function podsByAddress(cluster: Cluster): Promise<ReadonlyMap<string, string>> {
  try {
    const pods = await cluster.list(kinds.pod)
    return new Map(
      pods
        .filter(pod => fieldsOf(pod['spec'])['hostNetwork'] !== true)
        .flatMap(({ metadata: { namespace, name }, status }) =>
          mappingsOf(fieldsOf(status)['podIPs']).map(
            ({ ip }) => [String(ip), `${namespace}/${name}`] as const,
          ),
        ),
    )
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'CLUSTER_DENIED') return new Map()
    throw error
  }
}
