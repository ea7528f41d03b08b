import type { BudgetAccount } from '../site/check/index.ts'
import type { StepOutcome } from '../site/install/index.ts'
import { sampledBudgetText } from './budget-table.ts'
import { duration } from './duration.ts'
import { keyText, table } from './table.ts'

/** What is told of an install. */
interface Told {
  readonly site: string
  readonly bundle: { readonly digest: string; readonly key: string }
  readonly steps: readonly StepOutcome[]
  readonly budget: BudgetAccount
  /** Path of the journal. */
  readonly journal: string
  readonly seconds: number
}

/** An install for people: its steps, the budget, and what was installed. */
export function installedText({ site, bundle, steps, budget, journal, seconds }: Told): string {
  return [
    `${stepsTable(steps)}\n`,
    `${sampledBudgetText(budget)}\n`,
    `installed on ${site} in ${duration(seconds * 1000)}`,
    `  bundle   ${bundle.digest}`,
    `  signed   ${keyText(bundle.key)}`,
    `  journal  ${journal}`,
  ].join('\n')
}

/** Steps for people: how long each took, and what came of it. */
export function stepsTable(steps: readonly StepOutcome[]): string {
  const rows = steps.map(({ title, detail, skipped, milliseconds }) => [
    title,
    skipped ? 'before' : duration(milliseconds),
    detail,
  ])
  return table(['step', 'took', 'result'], rows, [1])
}
