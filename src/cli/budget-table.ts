import { mebibytes } from './progress.ts'
import { table } from './table.ts'

interface Amount {
  readonly memory: number
  readonly cpu: number
}

/** What is declared and used against a budget; bytes and millicores. */
export interface Budget {
  readonly budget: Amount
  readonly declared: Amount
  readonly observed: Amount
  readonly rows: readonly (Amount & {
    readonly object: string
    readonly container: string
    readonly observed?: Amount
  })[]
  readonly declaredFits: boolean
  readonly observedFits: boolean
}

/** The budget as a table, with a verdict on what is declared and another on what is used. */
export function budgetText({ budget, declared, observed, rows, ...fits }: Budget): string {
  const cells = ({ memory, cpu }: Amount) => [mebibytes(memory), `${Math.round(cpu)}m`]
  const body = rows.map(row => [
    row.object,
    row.container,
    ...cells(row),
    ...(row.observed ? cells(row.observed) : ['-', '-']),
  ])
  const total = ['total', '', ...cells(declared), ...cells(observed)]
  const limit = ['budget', '', ...cells(budget), ...cells(budget)]
  const head = ['object', 'container', 'requests', 'CPU', 'observed', 'CPU']
  return [
    table(head, [...body, total, limit], [2, 3, 4, 5]),
    `declared: ${budgetVerdict(declared, budget, fits.declaredFits)}`,
    `observed: ${rows.some(row => row.observed) ? budgetVerdict(observed, budget, fits.observedFits) : 'nothing was measured'}`,
  ].join('\n')
}

/** The same after an install, which takes one sample while pods still boot: said above it. */
export function sampledBudgetText(budget: Budget): string {
  const text = budgetText(budget)
  if (!budget.rows.some(row => row.observed)) return text
  return `observed is one sample, just after the start; sealift check measures over a window\n${text}`
}

/** An amount of a budget in words, and by how much it is over. */
export function budgetVerdict(amount: Amount, budget: Amount, fits: boolean): string {
  const text = `${mebibytes(amount.memory)} of ${mebibytes(budget.memory)}, ${Math.round(amount.cpu)}m of ${budget.cpu}m`
  if (fits) return `${text}: within the budget`
  const over = [
    amount.memory > budget.memory ? mebibytes(amount.memory - budget.memory) : '',
    amount.cpu > budget.cpu ? `${Math.ceil(amount.cpu - budget.cpu)}m` : '',
  ]
  return `${text}: over by ${over.filter(part => part !== '').join(' and ')}`
}
