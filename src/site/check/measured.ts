import { parseCpu, parseMemory, quantityIn } from '../../bundle/declared/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import {
  type Cluster,
  type ContainerPeak,
  type ContainerUsage,
  type KubernetesObject,
  kinds,
  type Talk,
} from '../../kernel/ports/index.ts'
import type { Amount } from './amount.ts'

/** What one running container uses, with what its pod and its cgroup say of it. */
export interface MeasuredContainer extends ContainerUsage {
  /** What the kernel lets it have; empty without limits, absent where its pod is not known. */
  readonly limit?: Partial<Amount>
  /** The most memory its cgroup has ever held, in bytes. */
  readonly peak?: number
  /** ISO time at which it started. */
  readonly since?: string
  readonly restarts?: number
}

/** What beside use is known of containers: their pods, their peaks, and what the nodes have for pods. */
export interface Surroundings {
  readonly pods: readonly KubernetesObject[]
  readonly peaks: readonly ContainerPeak[]
  readonly allocatable?: Amount
}

/** Reads them; what cannot be read is left out, and told. @throws SealiftError CLUSTER_UNREACHABLE, INTERRUPTED */
export async function surroundings(
  cluster: Pick<Cluster, 'list' | 'peaks'>,
  namespaces: readonly string[],
  { reporter }: Pick<Talk, 'reporter'>,
): Promise<Surroundings> {
  const ask = async <T>(what: string, asked: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await asked
    } catch (error) {
      if (!(error instanceof SealiftError) || !silent.has(error.code)) throw error
      reporter.warn(`${what} could not be read: ${error.message}`)
      return otherwise
    }
  }
  const list = async () =>
    (await Promise.all(namespaces.map(namespace => cluster.list(kinds.pod, namespace)))).flat()
  const [pods, peaks, nodes] = await Promise.all([
    ask('limits of running pods', list(), []),
    ask('the peaks of memory', cluster.peaks(), []),
    ask('what the nodes have', cluster.list(kinds.node), []),
  ])
  const allocatable = allocatableOf(nodes)
  return { pods, peaks, ...(allocatable && { allocatable }) }
}

// What is missing then is a column; a cluster that is gone is the end.
const silent: ReadonlySet<string> = new Set(['CLUSTER_DENIED', 'CLUSTER_FAILED'])

/** Use with what pods and cgroups say of each container. */
export function measured(
  usage: readonly ContainerUsage[],
  { pods, peaks }: Pick<Surroundings, 'pods' | 'peaks'>,
): MeasuredContainer[] {
  const known = new Map(pods.flatMap(pod => containersOf(pod)))
  const most = new Map(peaks.map(peak => [keyOf(peak), peak.memory]))
  return usage.map(used => {
    const peak = most.get(keyOf(used))
    // A sample that is above a mark read before it is the better one.
    return {
      ...used,
      ...known.get(keyOf(used)),
      ...(peak === undefined ? {} : { peak: Math.max(peak, used.memory) }),
    }
  })
}

const keyOf = ({ namespace, pod, container }: Pick<ContainerUsage, 'namespace' | 'pod' | 'container'>) =>
  `${namespace}/${pod}/${container}`

function containersOf({ metadata, spec, status }: KubernetesObject) {
  const { namespace = '', name: pod } = metadata
  const states = new Map(mappingsOf(fieldsOf(status)['containerStatuses']).map(one => [one['name'], one]))
  return mappingsOf(fieldsOf(spec)['containers']).flatMap(({ name: container, resources }) => {
    if (typeof container !== 'string') return []
    const { restartCount, state } = fieldsOf(states.get(container))
    const { startedAt } = textsIn(fieldsOf(state)['running'])
    const { memory, cpu } = amountsIn(fieldsOf(resources)['limits'])
    const limit = { ...(memory === undefined ? {} : { memory }), ...(cpu === undefined ? {} : { cpu }) }
    const about = {
      limit,
      ...(startedAt === undefined ? {} : { since: startedAt }),
      ...(typeof restartCount === 'number' ? { restarts: restartCount } : {}),
    }
    return [[keyOf({ namespace, pod, container }), about] as const]
  })
}

/** What nodes together have for pods; nothing where one does not say, as one that has only just joined. */
export function allocatableOf(nodes: readonly KubernetesObject[]): Amount | undefined {
  const amounts = nodes.map(node => amountsIn(fieldsOf(node['status'])['allocatable']))
  let [memory, cpu] = [0, 0]
  for (const amount of amounts) {
    if (amount.memory === undefined || amount.cpu === undefined) return undefined
    memory += amount.memory
    cpu += amount.cpu
  }
  return amounts.length === 0 ? undefined : { memory, cpu }
}

function amountsIn(value: unknown) {
  const { memory, cpu } = fieldsOf(value)
  return { memory: quantityIn(memory, parseMemory), cpu: quantityIn(cpu, parseCpu) }
}
