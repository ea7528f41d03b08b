import { type BudgetReport, budgetFault, computeBudget, printCpu } from '../../bundle/declared/index.ts'
import { printMemory } from '../../kernel/errors/index.ts'
import type { BundleSpec } from '../../kernel/inputs/index.ts'
import { findPods, type RenderedObject } from '../../kernel/objects/index.ts'
import type { Reporter } from '../../kernel/ports/index.ts'
import type { Rendered } from '../render/index.ts'

/**
 * Holds what rendered charts request to the spec's budget, and tells it; `warn` lets more than the budget pass.
 * @throws SealiftError BUDGET_EXCEEDED, RENDER_FAILED
 */
export function account(
  rendered: readonly Pick<Rendered, 'states'>[],
  { budget: allowed }: BundleSpec,
  mode: 'hold' | 'warn',
  reporter: Reporter,
): BudgetReport {
  const budgetOf = (objects: readonly RenderedObject[]) =>
    computeBudget(objects.flatMap(findPods), objects, allowed)
  /** Each chart as it requests most: as it was installed, or as it was upgraded. */
  const most = (resource: 'memory' | 'cpu') =>
    budgetOf(rendered.flatMap(({ states }) => heaviest(states, resource, budgetOf)))
  const byMemory = most('memory')
  const byCpu = most('cpu')
  const report = byMemory.over.memory === undefined && byCpu.over.cpu !== undefined ? byCpu : byMemory
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

/** The state that requests most at rest; of those that request alike, the one whose Jobs and hooks do, or the first. */
function heaviest(
  states: Rendered['states'],
  resource: 'memory' | 'cpu',
  budgetOf: (objects: readonly RenderedObject[]) => BudgetReport,
): readonly RenderedObject[] {
  const weighed = states.map(objects => ({ objects, report: budgetOf(objects) }))
  const first = weighed.reduce((most, one) => {
    const more = one.report.declared[resource] - most.report.declared[resource]
    const meanwhile = one.report.temporary[resource] - most.report.temporary[resource]
    return more > 0 || (more === 0 && meanwhile > 0) ? one : most
  })
  return first.objects
}
