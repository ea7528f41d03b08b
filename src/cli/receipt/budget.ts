import type { SiteReceipt } from '../../site/receipt/index.ts'
import { budgetVerdict } from '../budget-table.ts'
import { html, type Markup, records, section, verdict } from '../page/index.ts'
import { mebibytes } from '../progress.ts'
import { type Bars, barPicture } from './bars.ts'
import { containerBars } from './container-bars.ts'
import { figure } from './drawing.ts'

/** Place of the column with limits of CPU. */
const cpuLimit = 7

const millicores = (amount: number) => `${Math.round(amount)}m`
const of = { memory: mebibytes, cpu: millicores }

/** What is declared, used and there against the budget: two pictures and a table. */
export function budgetSection({ budget: account, allocatable }: SiteReceipt): Markup {
  const { budget, declared, observed, rows, declaredFits, observedFits } = account
  const measured = rows.some(row => row.observed)
  const bars = (what: keyof typeof of, title: string): Bars => ({
    ...{ id: what, title: `${title} against the budget` },
    limit: { value: budget[what], text: `budget ${of[what](budget[what])}` },
    bars: [
      { label: 'declared', value: declared[what], text: of[what](declared[what]), look: 'bar' as const },
      { label: 'observed', value: observed[what], text: of[what](observed[what]), look: 'second' as const },
      {
        label: 'allocatable',
        value: allocatable?.[what] ?? 0,
        text: of[what](allocatable?.[what] ?? 0),
        look: 'third' as const,
      },
    ].filter(
      ({ look }) => (look !== 'second' || measured) && (look !== 'third' || allocatable !== undefined),
    ),
  })
  const columns = [
    { title: 'object' },
    { title: 'container' },
    ...['requests', 'limit', 'observed', 'peak', 'CPU requests', 'CPU limit', 'CPU observed'].map(title => ({
      title,
      right: true,
    })),
  ]
  const told = (value: number | undefined, print: (amount: number) => string, otherwise = '') =>
    value === undefined ? otherwise : print(value)
  const cells = rows.map(({ object, container, memory, cpu, limit, observed, peak }) => [
    ...[object, container, mebibytes(memory), told(limit?.memory, mebibytes, 'none')],
    ...[told(observed?.memory, mebibytes, 'not measured'), told(peak, mebibytes)],
    ...[millicores(cpu), told(limit?.cpu, millicores, 'none'), told(observed?.cpu, millicores)],
  ])
  const sum = (title: string, wanted: typeof budget, used?: typeof budget) => [
    ...[title, '', mebibytes(wanted.memory), '', told(used?.memory, mebibytes), ''],
    ...[millicores(wanted.cpu), '', told(used?.cpu, millicores)],
  ]
  const sums = [sum('total', declared, measured ? observed : undefined), sum('budget', budget, budget)]
  // Charts rarely limit CPU: a column of nothing would take the names their room.
  const limited = rows.some(row => row.limit?.cpu !== undefined)
  const shown = <T>(all: readonly T[]) => all.filter((_, at) => limited || at !== cpuLimit)
  const said = (fits: boolean, text: string) => verdict(fits ? 'good' : 'bad', text)
  return section('Budget', [
    html`<p>Declared: ${said(declaredFits, budgetVerdict(declared, budget, declaredFits))}. Observed, by one sample when this was written: ${
      measured ? said(observedFits, budgetVerdict(observed, budget, observedFits)) : 'nothing was measured'
    }.</p>\n`,
    figure('Memory', width => barPicture(bars('memory', 'Memory'), width)),
    figure('CPU', width => barPicture(bars('cpu', 'CPU'), width)),
    figure('Memory of each container', width => containerBars(rows, width)),
    records({ columns: shown(columns), rows: [...cells, ...sums].map(shown), sums: 2 }),
    ...sourced(account),
  ])
}

/** Where the figures come from, for whoever checks them. */
function sourced({ sources }: SiteReceipt['budget']): Markup[] {
  if (sources === undefined) return []
  const lines = Object.entries(sources).map(([what, from]) => html`<br>${what}: ${from}\n`)
  return [html`<p>Where the figures come from:\n${lines}</p>\n`]
}
