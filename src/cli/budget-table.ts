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
  readonly allocatable?: Amount
  readonly observed: Amount
  readonly rows: readonly (Amount & {
    readonly object: string
    readonly container: string
    readonly limit?: Partial<Amount>
    readonly observed?: Amount
    readonly peak?: number
    readonly restarts?: number
  })[]
  readonly declaredFits: boolean
  readonly observedFits: boolean
  /** Where the figures come from, by what they are. */
  readonly sources?: Readonly<
    Record<'budget' | 'declared' | 'limit' | 'allocatable' | 'observed' | 'cpu' | 'peak', string>
  >
}

const millicores = (amount: number) => `${Math.round(amount)}m`

/** The budget as a table, with a verdict on what is declared and another on what is used. Columns without a figure are left out. */
export function budgetText({ budget, declared, allocatable, observed, rows, ...fits }: Budget): string {
  const measured = rows.some(row => row.observed)
  const sums = [
    { object: 'total', ...declared, observed },
    { object: 'budget', ...budget, observed: budget },
    ...(allocatable === undefined ? [] : [{ object: 'allocatable', ...allocatable }]),
  ].map(sum => ({ container: '', ...sum }))
  const all: readonly Budget['rows'][number][] = [...rows, ...sums]
  const text = (value: number | undefined, print: (value: number) => string) =>
    value === undefined ? '-' : print(value)
  const columns: readonly (readonly [string, (row: Budget['rows'][number]) => string, boolean])[] = [
    ['requests', row => mebibytes(row.memory), true],
    ['limit', row => text(row.limit?.memory, mebibytes), rows.some(row => row.limit?.memory)],
    ['observed', row => text(row.observed?.memory, mebibytes), true],
    ['peak', row => text(row.peak, mebibytes), rows.some(row => row.peak)],
    ['CPU', row => millicores(row.cpu), true],
    ['limit', row => text(row.limit?.cpu, millicores), rows.some(row => row.limit?.cpu)],
    ['observed', row => text(row.observed?.cpu, millicores), true],
  ]
  const shown = columns.filter(([, , wanted]) => wanted)
  const head = ['object', 'container', ...shown.map(([title]) => title)]
  const body = all.map(row => [row.object, row.container, ...shown.map(([, cell]) => cell(row))])
  return [
    table(
      head,
      body,
      shown.map((_, i) => i + 2),
    ),
    `declared: ${budgetVerdict(declared, budget, fits.declaredFits)}`,
    `observed: ${measured ? budgetVerdict(observed, budget, fits.observedFits) : 'nothing was measured'}`,
    ...notes({ rows }),
  ].join('\n')
}

/** What the figures leave unsaid: containers that were started anew. */
function notes({ rows }: Pick<Budget, 'rows'>): string[] {
  const anew = rows.filter(({ restarts = 0 }) => restarts > 0)
  return anew.map(
    ({ object, container, restarts = 0 }) =>
      `${object} ${container} was started anew ${restarts === 1 ? 'once' : `${restarts} times`}: its peak is of the last run`,
  )
}

/** Where the figures of the table come from, a line each. */
export function sourcesText({ sources }: Pick<Budget, 'sources'>): string {
  return sources === undefined
    ? ''
    : [
        'where the figures come from:',
        ...Object.entries(sources).map(([what, from]) => `  ${what}: ${from}`),
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
