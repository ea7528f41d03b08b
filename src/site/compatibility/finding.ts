import { SealiftError } from '../../kernel/errors/index.ts'

/** What came of one rule of versions: `doubt` goes on and should be known, `no` forbids the step. */
export interface Finding {
  /** Stable over versions: `eso/minor`, `release/pending/NAME`. */
  readonly id: string
  readonly ok: 'yes' | 'no' | 'doubt'
  readonly seen: string
  /** What to do; there unless all is well. */
  readonly hint?: string
}

/** @throws SealiftError UPGRADE_UNFIT with all that forbids the step, and what to do about each */
export function refuseUnfit(findings: readonly Finding[]): void {
  const unfit = findings.filter(({ ok }) => ok === 'no')
  if (unfit.length === 0) return
  throw new SealiftError('UPGRADE_UNFIT', 'this bundle cannot follow what is installed here', {
    faults: unfit.map(({ id, seen }) => `${id}: ${seen}`),
    hints: [...new Set(unfit.flatMap(({ hint }) => hint ?? []))],
  })
}
