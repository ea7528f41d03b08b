import { parseCpu, parseMemory } from '../../bundle/declared/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Cluster, ContainerUsage, Talk } from '../../kernel/ports/index.ts'
import type { Receipt } from '../install/index.ts'
import { type BudgetAccount, judgeBudget } from './budget.ts'
import { measured, type Surroundings, surroundings } from './measured.ts'

/** What the receipt's lock declares beside what kubelet measures, with limits and peaks where they are known. */
export function observeBudget(
  receipt: Pick<Receipt, 'lock'>,
  usage: readonly ContainerUsage[],
  around: Surroundings = { pods: [], peaks: [] },
): BudgetAccount {
  const { budget, charts } = receipt.lock
  const limits = { memory: parseMemory(budget.memory), cpu: parseCpu(budget.cpu) }
  const namespaceOf = (name: string) => charts.find(chart => chart.name === name)?.namespace
  return judgeBudget(budget, limits, measured(usage, around), namespaceOf, around.allocatable)
}

/** What beside use is known of a receipt's containers. @throws SealiftError CLUSTER_UNREACHABLE, INTERRUPTED */
export async function aroundOf(
  { lock }: Receipt,
  cluster: Pick<Cluster, 'list' | 'peaks'>,
  talk: Pick<Talk, 'reporter'>,
): Promise<Surroundings> {
  return await surroundings(cluster, [...new Set(lock.charts.map(chart => chart.namespace))], talk)
}

/** What is used, or nothing: the install is proven, whether that can be measured or not. */
export async function usageIfAny(
  cluster: Pick<Cluster, 'usage'>,
  { reporter }: Talk,
): Promise<ContainerUsage[]> {
  try {
    return await cluster.usage()
  } catch (error) {
    if (!(error instanceof SealiftError)) throw error
    reporter.warn(`what is used could not be measured: ${error.message}`)
    return []
  }
}
