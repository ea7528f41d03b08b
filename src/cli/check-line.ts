import { budgetVerdict } from './budget-table.ts'
import type { CheckedSite } from './checked-site.ts'
import { mebibytes } from './progress.ts'

/** A check in one line, for a cron's mail and a CI's log: whether the site works, which things do not, and its budget. */
export function checkLine({ site, ok, verdicts, budget, history }: CheckedSite): string {
  const bad = verdicts.filter(verdict => !verdict.ok).map(({ id }) => id)
  const works = ok
    ? `all ${verdicts.length} things as they should be`
    : `${bad.length} of ${verdicts.length} things not as they should be (${bad.join(', ')})`
  const measured = budget.rows.some(row => row.observed)
  const used = measured ? budgetVerdict(budget.observed, budget.budget, budget.observedFits) : 'not measured'
  const change = history?.before === undefined ? 0 : budget.observed.memory - history.before
  const moved =
    history?.before === undefined || !measured
      ? ''
      : `, ${change < 0 ? '' : '+'}${mebibytes(change)} since the last of ${history.observations - 1}`
  return `${site}: ${works}; budget ${used}${moved}`
}
