import { type ContainerShape, findPods, type Mapping, type PodShape } from '../../kernel/objects/index.ts'
import { parseCpu, parseMemory } from './quantity.ts'

/** Memory in bytes, CPU in millicores. */
export interface Amount {
  readonly memory: number
  readonly cpu: number
}

/** What one container asks for, for one pod. */
export interface ContainerRequest extends Amount {
  readonly container: ContainerShape
  readonly memoryLimit?: number
  readonly cpuLimit?: number
  /** What it neither requests nor limits: counted as 0. */
  readonly missing: readonly ('memory' | 'cpu')[]
}

const nothing: Amount = { memory: 0, cpu: 0 }

/** Requests of every container of a pod. Where only a limit is set, Kubernetes requests that much. */
export function requestsOf({ containers }: PodShape): ContainerRequest[] {
  return containers
    .filter(({ kind }) => kind !== 'ephemeral')
    .map(container => {
      const { requests, limits } = mapping(container.content['resources'])
      const memoryLimit = read(limits, 'memory', parseMemory)
      const cpuLimit = read(limits, 'cpu', parseCpu)
      const memory = read(requests, 'memory', parseMemory) ?? memoryLimit
      const cpu = read(requests, 'cpu', parseCpu) ?? cpuLimit
      return {
        container,
        memory: memory ?? 0,
        cpu: cpu ?? 0,
        ...(memoryLimit === undefined ? {} : { memoryLimit }),
        ...(cpuLimit === undefined ? {} : { cpuLimit }),
        missing: [
          ...(memory === undefined ? (['memory'] as const) : []),
          ...(cpu === undefined ? (['cpu'] as const) : []),
        ],
      }
    })
}

/**
 * What the scheduler counts for one pod: the containers and sidecars together, or the largest moment of starting
 * up if that is more, and the runtime's overhead. Sidecars are init containers with restartPolicy Always; each
 * init container runs beside the sidecars before it. Pod-level `resources` win where they are set.
 * Source: kubernetes.io/docs/concepts/workloads/pods/sidecar-containers, k8s.io/component-helpers/resource.
 */
export function podRequest(pod: PodShape, requests: readonly ContainerRequest[]): Amount {
  let sidecars = nothing
  let starting = nothing
  for (const request of requests.filter(({ container }) => container.kind === 'init')) {
    const moment = add(sidecars, request)
    if (request.container.content['restartPolicy'] === 'Always') sidecars = moment
    starting = most(starting, moment)
  }
  const running = requests.filter(({ container }) => container.kind === 'container').reduce(add, sidecars)
  const counted = most(running, starting)
  const { requests: own, limits } = mapping(pod.spec['resources'])
  const whole = {
    memory: read(own, 'memory', parseMemory) ?? read(limits, 'memory', parseMemory) ?? counted.memory,
    cpu: read(own, 'cpu', parseCpu) ?? read(limits, 'cpu', parseCpu) ?? counted.cpu,
  }
  const overhead = pod.spec['overhead']
  return add(whole, {
    memory: read(overhead, 'memory', parseMemory) ?? 0,
    cpu: read(overhead, 'cpu', parseCpu) ?? 0,
  })
}

/** What the scheduler counts for a pod that is there, by its spec. @throws SealiftError RENDER_FAILED when a quantity is not one */
export function requestOf(spec: Mapping): Amount {
  const object = { chart: '', kind: 'Pod', title: 'Pod/', content: { spec } }
  const [pod] = findPods(object)
  return pod === undefined ? nothing : podRequest(pod, requestsOf(pod))
}

/** Two amounts together. */
export function add(a: Amount, b: Amount): Amount {
  return { memory: a.memory + b.memory, cpu: a.cpu + b.cpu }
}

/** The larger of each. */
export function most(a: Amount, b: Amount): Amount {
  return { memory: Math.max(a.memory, b.memory), cpu: Math.max(a.cpu, b.cpu) }
}

/** An amount for several pods. */
export function times({ memory, cpu }: Amount, pods: number): Amount {
  return { memory: memory * pods, cpu: cpu * pods }
}

function read(amounts: unknown, resource: string, parse: (text: string) => number): number | undefined {
  const value = mapping(amounts)[resource]
  return typeof value === 'string' || typeof value === 'number' ? parse(String(value)) : undefined
}

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
