import { type BudgetReport, budgetFault, computeBudget, printCpu } from '../../bundle/declared/index.ts'
import { printMemory } from '../../kernel/errors/index.ts'
import type { BundleSpec } from '../../kernel/inputs/index.ts'
import { findPods } from '../../kernel/objects/index.ts'
import type { Reporter } from '../../kernel/ports/index.ts'
import type { RenderedChart } from '../resolve/index.ts'

/**
 * Holds what rendered charts request to the spec's budget, and tells it; `warn` lets more than the budget pass.
 * @throws SealiftError BUDGET_EXCEEDED, RENDER_FAILED
 */
export function account(
  rendered: readonly RenderedChart[],
  { budget: allowed }: BundleSpec,
  mode: 'hold' | 'warn',
  reporter: Reporter,
): BudgetReport {
  const objects = rendered.flatMap(chart => chart.objects)
  const report = computeBudget(objects.flatMap(findPods), objects, allowed)
  for (const { chart, object, container, resources } of report.missing) {
    reporter.warn(`${chart} ${object} ${container} requests no ${resources.join(' and no ')}: counted as 0`)
  }
  const { declared, budget } = report
  const fault = budgetFault(report)
  if (fault !== undefined && mode === 'hold') throw fault
  if (fault !== undefined) reporter.warn(fault.message)
  const memory = `${printMemory(declared.memory)} of ${printMemory(budget.memory)}`
  reporter.note(
    `declared requests: memory ${memory}, CPU ${printCpu(declared.cpu)} of ${printCpu(budget.cpu)}`,
  )
  return report
}
