import { printable } from '../kernel/errors/index.ts'
import type { Explained, FigureChange } from '../seal/explain/index.ts'
import { mebibytes } from './progress.ts'
import { table } from './table.ts'

interface Named {
  readonly name: string
  readonly version: string
}

/** Where a budget comes from, as far as it is shown. */
export interface ShownBudget {
  readonly bundle: Named
  readonly explained: Explained
  readonly since?: Named
  readonly changes?: readonly FigureChange[]
  readonly note?: string
}

/**
 * Where each MiB and millicore of a budget comes from, largest first; and what differs from before. A line each: names out of
 * a chart's values may have breaks of lines in them, behind which anything could stand.
 */
export function explainText({ bundle, explained, since, changes, note }: ShownBudget): string {
  const { budget, declared, temporary, surge, containers } = explained
  const charts = explained.charts.map(({ name, version }) => `${name} ${version}`)
  const ranked = containers.toSorted((a, b) => b.memory - a.memory || b.cpu - a.cpu)
  const rows = ranked.map(({ chart, object, container, init, span, replicas, ...one }) => [
    ...[chart, object, `${container}${init ? ' (init)' : ''}${span === 'temporary' ? ' (for a while)' : ''}`],
    ...[String(replicas), mebibytes(one.memory), millicores(one.cpu)],
    one.memoryLimit === undefined ? '-' : mebibytes(one.memoryLimit),
  ])
  const amounts = ({ memory, cpu }: { memory: number; cpu: number }) =>
    `${mebibytes(memory)} and ${millicores(cpu)}`
  const places = ranked.flatMap(({ object, container, field, origins = [] }) =>
    origins.length === 0
      ? []
      : [
          printable(`${object} ${container}${field === undefined ? '' : ` at ${field}`}`, 1000),
          ...origins.map(origin => printable(`  ${names[origin.figure]}: ${origin.words}`, 1000)),
        ],
  )
  return [
    printable(`${bundle.name} ${bundle.version}: ${charts.join(', ')}`, 2000),
    table(['chart', 'object', 'container', 'pods', 'memory', 'CPU', 'limit'], rows, [3, 4, 5, 6]),
    `together ${amounts(declared)} of ${amounts(budget)}`,
    ...(surge === undefined ? [] : [`a rolling update adds ${amounts(surge)} for a while`]),
    ...(temporary === undefined || temporary.memory + temporary.cpu === 0
      ? []
      : [`Jobs and hooks take ${amounts(temporary)} while they run`]),
    ...(places.length === 0 ? [] : ['', 'where each is set:', ...places]),
    ...(note === undefined ? [] : ['', note]),
    ...(since === undefined || changes === undefined ? [] : ['', ...changeLines(since, changes)]),
  ].join('\n')
}

const millicores = (amount: number) => `${Math.round(amount)}m`
const names: Readonly<Record<FigureChange['figure'], string>> = {
  ...{ memory: 'memory', cpu: 'CPU', memoryLimit: 'memory limit', cpuLimit: 'CPU limit', replicas: 'pods' },
}

function changeLines({ version }: Named, changes: readonly FigureChange[]): string[] {
  if (changes.length === 0) return [`since ${version} nothing of it has changed`]
  return [
    `since ${version}:`,
    ...changes.map(({ object, container, figure, before, after, why }) => {
      const text = (value: number | undefined) =>
        value === undefined
          ? 'none'
          : figure === 'replicas'
            ? String(value)
            : figure.startsWith('memory')
              ? mebibytes(value)
              : millicores(value)
      const step = `${text(before)} → ${text(after)} (${why.join('; ')})`
      return printable(`  ${object} ${container} ${names[figure]}: ${step}`, 2000)
    }),
  ]
}
