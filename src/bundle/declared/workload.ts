import {
  type Mapping,
  fieldsOf as mapping,
  type PodShape,
  type RenderedObject,
  textsIn,
} from '../../kernel/objects/index.ts'

/** How many pods of one shape run, and when. */
export interface Workload {
  /** Pods at rest; an autoscaler's maximum where there is one. */
  readonly replicas: number
  /** Pods that a rolling update runs beside them. */
  readonly surge: number
  /** `temporary` for Jobs, CronJobs and Helm hooks: they come and go, and are counted apart. */
  readonly span: 'steady' | 'temporary'
}

/** The most pods that autoscalers make of an object, by its chart and title. */
export type Scaled = ReadonlyMap<string, number>

/** Reads how many pods an object makes of a pod shape. */
export function workloadOf({ object, path }: PodShape, scaled: Scaled): Workload {
  const { kind, content } = object
  const spec = mapping(content['spec'])
  if (kind === 'Job' || kind === 'CronJob') {
    const job = kind === 'Job' ? spec : mapping(mapping(spec['jobTemplate'])['spec'])
    return { replicas: count(job['parallelism'], 1), surge: 0, span: 'temporary' }
  }
  if (isHook(content)) return { replicas: 1, surge: 0, span: 'temporary' }
  // One per node: the lock cannot know how many nodes there are.
  if (kind === 'Pod' || kind === 'DaemonSet') return { replicas: 1, surge: 0, span: 'steady' }
  const replicas = Math.max(declared(content, path), scaled.get(keyOf(object.chart, object.title)) ?? 0)
  return { replicas, surge: kind === 'Deployment' ? surgeOf(spec, replicas) : 0, span: 'steady' }
}

/** The `replicas` beside the template that the pod lies in: `spec.replicas` for the built-in kinds. */
function declared(content: Mapping, path: string): number {
  const owner = path.replace(/\.?template(\.spec)?$/, '')
  const holder =
    owner === path ? undefined : owner.split('.').reduce<unknown>((at, key) => mapping(at)[key], content)
  return count(mapping(holder)['replicas'], 1)
}

/** What the HorizontalPodAutoscalers among rendered objects scale to. */
export function scaledIn(objects: readonly RenderedObject[]): Scaled {
  const scaled = new Map<string, number>()
  for (const { kind: own, content, chart } of objects) {
    if (own !== 'HorizontalPodAutoscaler') continue
    const spec = mapping(content['spec'])
    const { kind, name } = textsIn(spec['scaleTargetRef'])
    const key = keyOf(chart, `${kind}/${name}`)
    scaled.set(key, Math.max(scaled.get(key) ?? 0, count(spec['maxReplicas'], 1)))
  }
  return scaled
}

const keyOf = (chart: string, title: string): string => `${chart} ${title}`

/** Deployment.spec.strategy: Recreate runs none beside, RollingUpdate a quarter rounded up unless said otherwise. */
function surgeOf(spec: Mapping, replicas: number): number {
  const strategy = mapping(spec['strategy'])
  if (strategy['type'] === 'Recreate') return 0
  const surge = mapping(strategy['rollingUpdate'])['maxSurge'] ?? '25%'
  const percent = typeof surge === 'string' ? /^(\d+)%$/.exec(surge)?.[1] : undefined
  return percent === undefined ? count(surge, 1) : Math.ceil((replicas * Number(percent)) / 100)
}

function isHook(content: Mapping): boolean {
  return 'helm.sh/hook' in mapping(mapping(content['metadata'])['annotations'])
}

function count(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : otherwise
}
