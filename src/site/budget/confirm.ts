import * as z from 'zod'
import type { BudgetAccount } from '../check/index.ts'
import type { BudgetFit } from './fit.ts'
import type { Observation } from './history.ts'
import { isPastBoot, type RestingAt } from './rest.ts'

/** By how many percent a second observation may differ from what a fit has said. */
const tolerance = 10

/**
 * Whether what an earlier fit has said was observed again over a boot. `none`: no fit is on record. `not-applied`: what
 * runs requests something else. `no-boot`: it runs with it, and has not been started since. `too-early`: it was started
 * less than ten minutes ago, or than was asked for, or is not measured yet. `off`: more than 10 % apart, or a container was
 * started anew. `confirmed`.
 */
export const confirmation = z.strictObject({
  state: z.enum(['none', 'not-applied', 'no-boot', 'too-early', 'off', 'confirmed']),
  /** ISO time of that fit. */
  fitted: z.string().exactOptional(),
  /** Memory that it said for all together at rest, what is observed now, in bytes, and the difference in percent. */
  ...{ said: z.number().exactOptional(), observed: z.number().exactOptional() },
  percent: z.number().exactOptional(),
  /** The same of each container; the sum is what a state goes by. */
  containers: z
    .array(
      z.strictObject({
        ...{ object: z.string(), container: z.string() },
        ...{ said: z.number(), observed: z.number(), percent: z.number() },
      }),
    )
    .exactOptional(),
  /** Minutes from the start of the container that started last to this observation. */
  minutes: z.number().exactOptional(),
})
export type Confirmation = z.infer<typeof confirmation>

/** Holds what is observed now to the last fit on record. */
export function confirm(
  account: BudgetAccount,
  earlier: readonly Observation[],
  resting: RestingAt,
): Confirmation {
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
  if (rows.some(({ observed }) => observed === undefined)) return { state: 'too-early', fitted }
  const starts = rows.map(({ since }) => Date.parse(since ?? ''))
  if (starts.some(start => !(start > Date.parse(fitted)))) return { state: 'no-boot', fitted }
  const minutes = Math.round((resting.at - Math.max(...starts)) / 6000) / 10
  if (rows.some(({ since }) => !isPastBoot(since, resting))) return { state: 'too-early', fitted, minutes }
  const containers = kept.map(one => {
    const said = one.rest ?? one.memory
    const observed = rowOf(one)?.observed?.memory ?? 0
    return { object: one.object, container: one.container, said, observed, percent: apart(said, observed) }
  })
  const said = containers.reduce((sum, one) => sum + one.said, 0)
  const observed = containers.reduce((sum, one) => sum + one.observed, 0)
  const percent = apart(said, observed)
  const well = Math.abs(percent) <= tolerance && rows.every(({ restarts = 0 }) => restarts === 0)
  return { state: well ? 'confirmed' : 'off', fitted, said, observed, percent, minutes, containers }
}

/** By how many percent what is observed is above what was said. */
const apart = (said: number, observed: number) =>
  Math.round(((observed - said) / Math.max(1, said)) * 1000) / 10

/** What of a fit is noted, for a later look to hold what runs to it; not what nobody has measured. */
export function notedFit({ containers }: Pick<BudgetFit, 'containers'>): NonNullable<Observation['fit']> {
  return containers
    .filter(({ left, rest }) => left || rest > 0)
    .map(({ object, container, left, after, expected }) => ({
      ...{ object, container, left },
      ...{ memory: after.memory * after.replicas, cpu: after.cpu * after.replicas },
      ...(left ? {} : { rest: expected * after.replicas }),
    }))
}
