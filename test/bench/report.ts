/** Shows the results: for a terminal, and as the page that is committed. */
import { cpus, release, totalmem } from 'node:os'
import type { Filled, Row, Unit } from './rows.ts'
import type { Spread } from './statistics.ts'

/** The machine that was measured on. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memory: string
  readonly kernel: string
  readonly node: string
}

/** This machine. */
export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    kernel: release(),
    node: process.version,
  }
}

/** The columns of the table. */
export const columns = ['what', 'ours', 'theirs', 'ratio: min / median / max', 'target', 'met'] as const

/** One line of cells, as {@link columns} names them. */
export function cells({ row, ours, theirs, ratio, met }: Filled): string[] {
  const { what, unit } = row
  return [
    row.theirs ? `${what}, against ${row.theirs.called}` : what,
    ratio ? amount(ours.median, unit) : all(ours, unit),
    theirs ? amount(theirs.median, unit) : '',
    ratio ? all(ratio, '×') : '',
    targetOf(row),
    met === undefined ? '' : met ? 'yes' : 'NO',
  ]
}

/** A sentence for every row that misses its target. */
export function misses(filled: readonly Filled[]): string[] {
  return filled.flatMap(one => {
    if (one.met !== false) return []
    const [what, ours, , ratio, target] = cells(one)
    const by = one.row.target?.always ? 'in its worst round' : 'in the median'
    return `${what}: misses its target of ${target}; it is ${ratio || ours} (min / median / max), judged ${by}.`
  })
}

/** The table in plain text, aligned. */
export function textTable(filled: readonly Filled[]): string {
  const table = [[...columns], ...filled.map(cells)]
  const widths = columns.map((_, i) => Math.max(...table.map(line => (line[i] ?? '').length)))
  return table
    .map(line =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** The page: machine, how it was measured, table, and every miss. */
export function markdown(
  filled: readonly Filled[],
  about: {
    readonly machine: Machine
    readonly date: string
    readonly rounds: number
    readonly notes: readonly string[]
  },
): string {
  const { cpu, cores, memory, kernel, node } = about.machine
  const line = (parts: readonly string[]) => `| ${parts.join(' | ')} |`
  const missed = misses(filled)
  return `# Results of \`npm run bench\`

${about.date.slice(0, 10)}, ${about.rounds} rounds, on ${cpu}, ${cores} cores, ${memory}, Linux ${kernel}, Node ${node.slice(1)}.
Written by \`npm run bench -- --write\`. Ratios are what counts: ours divided by theirs of the same round. The amounts are medians.

${[columns, columns.map(() => '---'), ...filled.map(cells)].map(line).join('\n')}

## Misses

${missed.length === 0 ? 'Every row with a target meets it.' : missed.map(one => `- ${one}`).join('\n')}

## How it was measured

${about.notes.map(note => `- ${note}`).join('\n')}
`
}

function targetOf({ target, theirs, unit }: Row): string {
  if (target === undefined) return ''
  const shown = theirs ? '×' : unit
  return 'most' in target ? `≤ ${target.most} ${shown}` : `≥ ${target.least} ${shown}`
}

function all({ min, median, max }: Spread, unit: Unit): string {
  const values = [min, median, max].map(value => amount(value, unit).replace(` ${unit}`, ''))
  return `${values.join(' / ')} ${unit}`
}

function amount(value: number, unit: Unit): string {
  const digits = { s: 2, ms: 0, MB: 1, 'Mbit/s': 1, requests: 0, 'round trips': 1, '×': 3 }[unit]
  return `${value.toFixed(digits)} ${unit}`
}
