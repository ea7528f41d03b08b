/** How a row of the results is made from the trials of every round. */

import type { Outcome } from './outcome.ts'
import { meets, ratios, type Spread, spread, type Target } from './statistics.ts'
import type { Round, TrialName } from './trials.ts'

/** A number that trials of one round give. */
export interface Value {
  readonly needs: readonly TrialName[]
  /** From the outcomes of what it needs, in that order. */
  readonly of: (...outcomes: Outcome[]) => number
}

/** A unit of what is shown. */
export type Unit = 's' | 'ms' | 'MB' | 'Mbit/s' | 'requests' | 'round trips' | '×'

/** One row, before it is filled. */
export interface Row {
  /** What `--only` calls it; rows may share a name. */
  readonly key: string
  readonly what: string
  readonly unit: Unit
  readonly ours: Value
  /** With it, the target is about ours divided by theirs; without, about ours. */
  readonly theirs?: Value & { readonly called: string }
  readonly target?: Target
}

/** A row with its numbers. */
export interface Filled {
  readonly row: Row
  readonly ours: Spread
  readonly theirs?: Spread
  readonly ratio?: Spread
  readonly met?: boolean
}

/** The trials that rows need. */
export function neededBy(rows: readonly Row[]): Set<TrialName> {
  return new Set(rows.flatMap(({ ours, theirs }) => [...ours.needs, ...(theirs?.needs ?? [])]))
}

/** Fills the rows whose trials were run, each from the rounds that have all of them. */
export function fill(rows: readonly Row[], rounds: readonly Round[]): Filled[] {
  return rows.flatMap(row => {
    const needs = [...neededBy([row])]
    const complete = rounds.filter(round => needs.every(name => round[name] !== undefined))
    if (complete.length === 0) return []
    const values = (value: Value) =>
      complete.map(round => value.of(...value.needs.map(name => round[name] as Outcome)))
    const ours = values(row.ours)
    const theirs = row.theirs && values(row.theirs)
    const ratio = theirs && spread(ratios(ours, theirs))
    return {
      row,
      ours: spread(ours),
      ...(theirs && ratio ? { theirs: spread(theirs), ratio } : {}),
      ...(row.target ? { met: meets(ratio ?? spread(ours), row.target) } : {}),
    }
  })
}
