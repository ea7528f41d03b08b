import { parseCpu, parseMemory } from '../../bundle/declared/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Cluster, ContainerUsage, Talk } from '../../kernel/ports/index.ts'
import type { Receipt } from '../install/index.ts'
import { type BudgetAccount, judgeBudget } from './verdict.ts'

/** What the receipt's lock declares beside what kubelet measures. */
export function observeBudget(
  receipt: Pick<Receipt, 'lock'>,
  usage: readonly ContainerUsage[],
): BudgetAccount {
  const { budget, charts } = receipt.lock
  const limits = { memory: parseMemory(budget.memory), cpu: parseCpu(budget.cpu) }
  return judgeBudget(budget, limits, usage, name => charts.find(chart => chart.name === name)?.namespace)
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
