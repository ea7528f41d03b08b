import * as z from 'zod'
import type { BudgetAccount } from '../check/index.ts'
import type { BudgetFit } from './fit.ts'
import type { Observation } from './history.ts'

/** Minutes after a boot from which on what is used is called its rest. */
const settled = 10
/** By how many percent a second observation may differ from what a fit has said. */
const tolerance = 10

/**
 * Whether what an earlier fit has said was observed again over a boot. `none`: no fit is on record. `not-applied`: what
 * runs requests something else. `no-boot`: it runs with it, and has not been started since. `too-early`: it was started
 * less than ten minutes ago. `off`: more than 10 % apart, or a container was started anew. `confirmed`.
 */
export const confirmation = z.strictObject({
  state: z.enum(['none', 'not-applied', 'no-boot', 'too-early', 'off', 'confirmed']),
  /** ISO time of that fit. */
  fitted: z.string().exactOptional(),
  /** Memory that it said for all together, what is observed of it now, in bytes, and the difference in percent. */
  said: z.number().exactOptional(),
  observed: z.number().exactOptional(),
  percent: z.number().exactOptional(),
})
export type Confirmation = z.infer<typeof confirmation>

/** Holds what is observed now to the last fit on record. @param now milliseconds since 1970 */
export function confirm(account: BudgetAccount, earlier: readonly Observation[], now: number): Confirmation {
  const last = earlier.findLast(({ fit }) => fit !== undefined)
  if (last?.fit === undefined) return { state: 'none' }
  const { fit, at: fitted } = last
  const kept = fit.filter(({ left }) => !left)
  const rowOf = ({ object, container }: (typeof fit)[number]) =>
    account.rows.find(row => row.object === object && row.container === container)
  const applied = fit.every(one => {
    const row = rowOf(one)
    return one.left
      ? row?.observed === undefined
      : row !== undefined && row.memory === one.memory && row.cpu === one.cpu
  })
  if (!applied) return { state: 'not-applied', fitted }
  const rows = kept.flatMap(one => rowOf(one) ?? [])
  const starts = rows.map(({ since }) => Date.parse(since ?? ''))
  if (starts.some(start => !(start > Date.parse(fitted)))) return { state: 'no-boot', fitted }
  if (starts.some(start => now - start < settled * 60_000)) return { state: 'too-early', fitted }
  const said = kept.reduce((sum, { memory }) => sum + memory, 0)
  const observed = rows.reduce((sum, row) => sum + (row.observed?.memory ?? 0), 0)
  const percent = Math.round(((observed - said) / Math.max(1, said)) * 1000) / 10
  const well = Math.abs(percent) <= tolerance && rows.every(({ restarts = 0 }) => restarts === 0)
  return { state: well ? 'confirmed' : 'off', fitted, said, observed, percent }
}

/** What of a fit is noted, for a later look to hold what runs to it. */
export function notedFit({ containers }: Pick<BudgetFit, 'containers'>): NonNullable<Observation['fit']> {
  return containers.map(({ object, container, left, after: { memory, cpu } }) => ({
    ...{ object, container, left, memory, cpu },
  }))
}
