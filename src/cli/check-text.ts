import { budgetText, sourcesText } from './budget-table.ts'
import type { CheckedSite } from './checked-site.ts'
import { mebibytes } from './progress.ts'

/** A check for people: each verdict with what to do, and the budget's table with where its figures come from. */
export function checkText({ verdicts, budget, history }: CheckedSite): string {
  const lines = verdicts.map(
    ({ id, ok, message, hint }) => `${ok ? '✔' : '✖'} ${id}: ${message}${hint ? `\n    → ${hint}` : ''}`,
  )
  const before =
    history === undefined
      ? []
      : [
          `history: ${history.observations} observed since ${history.since}, ${mebibytes(history.least)} to ${mebibytes(history.most)}`,
        ]
  return [...lines, '', budgetText(budget), ...before, '', sourcesText(budget)].join('\n').trimEnd()
}
