import * as z from 'zod'
import type { BundleLock, Share } from '../../bundle/lock/index.ts'
import { type Amount, budgetAmount } from './amount.ts'
import type { MeasuredContainer } from './measured.ts'

/** One row of the budget table. `observed` is absent while nothing runs. */
const budgetRow = budgetAmount.extend({
  chart: z.string(),
  object: z.string(),
  container: z.string(),
  /** Pods that the lock has of it; the figures are of all of them together. */
  replicas: z.number().exactOptional(),
  /** Where its requests and limits are declared: a path in the object, which chart and values make. */
  field: z.string(),
  /** What the kernel lets it have, of all its pods together; absent where there is no limit. */
  limit: z
    .strictObject({ memory: z.number().exactOptional(), cpu: z.number().exactOptional() })
    .exactOptional(),
  observed: budgetAmount.exactOptional(),
  /** The most memory that its cgroup has ever held since the container started, its boot included. */
  peak: z.number().exactOptional(),
  /** ISO time at which the container that started last did, and how often it was started anew. */
  since: z.string().exactOptional(),
  restarts: z.number().exactOptional(),
})

/** Where the figures of the table come from: a field, or a file of the container's cgroup. */
const sources = z.strictObject({
  budget: z.string(),
  declared: z.string(),
  limit: z.string(),
  allocatable: z.string(),
  observed: z.string(),
  cpu: z.string(),
  peak: z.string(),
})

/** What is declared and what is really used, against the budget. */
export const budgetAccount = z.strictObject({
  budget: budgetAmount,
  declared: budgetAmount,
  /** What the nodes together have for pods; absent where they do not say. */
  allocatable: budgetAmount.exactOptional(),
  observed: budgetAmount,
  rows: z.array(budgetRow),
  /** Whether what is declared, and what is used, stays within the budget. */
  declaredFits: z.boolean(),
  observedFits: z.boolean(),
  sources: sources.exactOptional(),
})

export type BudgetRow = z.infer<typeof budgetRow>
export type BudgetAccount = z.infer<typeof budgetAccount>

/**
 * Where each figure comes from. Kubelet's summary and cAdvisor's metrics read cgroup files; those of cgroup v2 come first.
 * Sources: k8s.io/kubelet/pkg/apis/stats/v1alpha1, github.com/google/cadvisor/metrics, opencontainers/cgroups.
 */
export const budgetSources: z.infer<typeof sources> = {
  budget: 'budget of bundle.yaml, as the bundle’s lock has it',
  declared: 'resources.requests of the fields that the rows name, as the bundle’s lock has them',
  limit:
    'resources.limits of the running pods (memory.max, or memory.limit_in_bytes), else as the lock has them',
  allocatable: 'status.allocatable of the nodes',
  observed:
    'memory.workingSetBytes of kubelet’s /stats/summary: memory.current (memory.usage_in_bytes) less inactive_file (total_inactive_file) of memory.stat',
  cpu: 'cpu.usageNanoCores of kubelet’s /stats/summary: usage_usec of cpu.stat (cpuacct.usage) over kubelet’s interval',
  peak: 'container_memory_max_usage_bytes of kubelet’s /metrics/cadvisor: memory.peak (memory.max_usage_in_bytes), page cache included',
}

/**
 * Sets what the lock declares beside what kubelet measured. A container belongs to a row when it has the
 * row's container name and its pod's name starts with the object's name, in the chart's namespace.
 */
export function judgeBudget(
  lock: Pick<BundleLock['budget'], 'containers' | 'declared'>,
  budget: Amount,
  usage: readonly MeasuredContainer[],
  namespaceOf: (chart: string) => string | undefined,
  allocatable?: Amount,
): BudgetAccount {
  // The longest name first, so that `external-secrets` does not take `external-secrets-webhook`'s pods.
  const shares = lock.containers
    .filter(({ init }) => !init)
    .map(share => ({ share, pods: `${share.object.split('/')[1]}-` }))
    .sort((a, b) => b.pods.length - a.pods.length)
  const usedBy = Map.groupBy(usage, used =>
    shares.find(
      ({ share, pods }) =>
        share.container === used.container &&
        used.pod.startsWith(pods) &&
        namespaceOf(share.chart) === used.namespace,
    ),
  )
  const observed = sum(shares.flatMap(one => usedBy.get(one) ?? []))
  return {
    budget,
    declared: lock.declared,
    ...(allocatable === undefined ? {} : { allocatable }),
    observed,
    rows: shares
      .map(one => rowOf(one.share, usedBy.get(one)))
      .sort((a, b) => a.chart.localeCompare(b.chart) || a.object.localeCompare(b.object)),
    declaredFits: fits(lock.declared, budget),
    observedFits: fits(observed, budget),
    sources: budgetSources,
  }
}

/** The row of a container: what its pods say of limits goes before what the lock has, as somebody may have changed it since. */
function rowOf(
  { chart, object, container, replicas, memory, cpu, memoryLimit }: Share,
  used: readonly MeasuredContainer[] | undefined,
): BudgetRow {
  const row = { chart, object, container, replicas, memory, cpu, field: fieldOf(object, container) }
  const declared = present({ memory: memoryLimit })
  if (used === undefined) return { ...row, ...(declared && { limit: declared }) }
  const live = used.every(({ limit }) => limit !== undefined)
  const limit = live
    ? present({
        memory: total(used.map(({ limit }) => limit?.memory)),
        cpu: total(used.map(({ limit }) => limit?.cpu)),
      })
    : declared
  const since = used
    .map(({ since }) => since ?? '')
    .toSorted()
    .at(-1)
  return {
    ...{ ...row, ...(limit && { limit }), observed: sum(used) },
    ...present({ peak: total(used.map(({ peak }) => peak)), restarts: total(used.map(one => one.restarts)) }),
    ...(since ? { since } : {}),
  }
}

/** What of it is known; nothing where nothing is. */
function present<K extends string>(known: Readonly<Record<K, number | undefined>>) {
  const entries = Object.entries(known).filter(([, value]) => value !== undefined)
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Partial<Record<K, number>>)
}

/** Their sum; nothing where one is not known. */
function total(amounts: readonly (number | undefined)[]): number | undefined {
  return amounts.reduce((sum, one) => (sum === undefined || one === undefined ? undefined : sum + one), 0)
}

/** Where Kubernetes's own kinds have the resources of a container. */
function fieldOf(object: string, container: string): string {
  const [kind = ''] = object.split('/')
  const pod = { Pod: 'spec', CronJob: 'spec.jobTemplate.spec.template.spec' }[kind] ?? 'spec.template.spec'
  return `${object} ${pod}.containers[${container}].resources`
}

function sum(amounts: readonly Amount[]): Amount {
  return amounts.reduce(
    (total, { memory, cpu }) => ({ memory: total.memory + memory, cpu: total.cpu + cpu }),
    { memory: 0, cpu: 0 },
  )
}

function fits(amount: Amount, budget: Amount): boolean {
  return amount.memory <= budget.memory && amount.cpu <= budget.cpu
}
