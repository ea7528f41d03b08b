import type { BundleLock } from '../../bundle/lock/index.ts'
import type { BundleSpec } from '../../kernel/inputs/index.ts'
import type { Kept } from './kept.ts'

/** What the lock and what is kept say of charts. */
export function knownCharts({ charts }: BundleSpec, old: BundleLock | undefined, kept: Kept) {
  return new Map(
    charts.map(({ name }) => {
      const locked = old?.charts.find(chart => chart.name === name)
      return [name, [kept.chart(name), locked].filter(chart => chart !== undefined)]
    }),
  )
}

/** What the lock says of tools out of registries. */
export function knownTools(old: BundleLock | undefined) {
  return new Map(
    old?.tools.flatMap(({ source, manifest, content }) =>
      manifest === undefined ? [] : [[source, [{ manifest, package: content }]] as const],
    ),
  )
}
