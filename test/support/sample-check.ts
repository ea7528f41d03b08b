import type { CheckedSite } from '../../src/cli/checked-site.ts'
import { loadOf } from '../../src/site/budget/index.ts'
import { sampleReceipt } from './sample-receipt.ts'

/** A check of a site that works, with a budget that is exceeded. */
export const sampleCheck: CheckedSite = {
  ...{ site: 'bank-prod', ok: true },
  verdicts: [
    { id: 'infisical/api', ok: true, message: 'answers, and is set up' },
    { id: 'postgresql/pg.bank.example', ok: true, message: 'fine' },
  ],
  budget: { ...sampleReceipt.budget, allocatable: { memory: 16_000_000_000, cpu: 8000 } },
  syncs: loadOf([], 1, 0),
}
