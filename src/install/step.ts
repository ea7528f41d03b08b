import * as z from 'zod'
import { SealiftError } from '../errors/index.ts'
import type { Digest } from '../oci/index.ts'
import type { Clock, Reporter } from '../ports/index.ts'
import type { Journal } from './journal.ts'

/** One named step of the transaction. Steps run in order; each may be run again without harm. */
export interface Step {
  /** Stable name in the journal. */
  readonly id: string
  readonly title: string
  /** Whether a step that the journal calls done still holds; without it the journal's word is taken. */
  readonly holds?: () => Promise<boolean>
  /** Does the work, and gives a few words on what was done. `say` tells how far it is. */
  readonly run: (say: (detail: string) => void) => Promise<string>
}

/** How one step ended. */
export const stepOutcome = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** Whether it was done before. */
  skipped: z.boolean(),
  detail: z.string(),
  milliseconds: z.number(),
})
export type StepOutcome = z.infer<typeof stepOutcome>

/** What {@link runSteps} takes. `bundle` and `site` are digests: steps done for others do not count. */
export interface Run {
  readonly steps: readonly Step[]
  readonly journal: Journal
  readonly bundle: Digest
  readonly site: Digest
  readonly reporter: Reporter
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Runs steps in order and writes each into the journal when it is done, so that a rerun after any
 * interruption skips what was done for the same bundle and site, if nothing was done for another one since.
 * @throws SealiftError the failing step's own, or INTERRUPTED between two steps
 */
export async function runSteps(run: Run): Promise<StepOutcome[]> {
  const entries = await run.journal.read()
  // What was done before another bundle, or another site file, had its turn may be undone by now: a release that is
  // deployed may be deployed from the other bundle.
  const other = entries.findLastIndex(({ bundle, site }) => bundle !== run.bundle || site !== run.site)
  const done = new Map(entries.slice(other + 1).map(entry => [entry.step, entry]))
  const outcomes: StepOutcome[] = []
  // From the first step that does not hold any more, all later ones run again: they may rest on it.
  let trusted = true
  for (const step of run.steps) {
    if (run.signal.aborted) throw new SealiftError('INTERRUPTED', `interrupted before: ${step.title}`)
    const before = done.get(step.id)
    const report = run.reporter.step(step.title)
    const started = run.clock.now()
    try {
      trusted &&= before !== undefined && (step.holds === undefined || (await step.holds()))
      if (trusted && before !== undefined) {
        report.skip(`done before: ${before.detail}`)
        outcomes.push({
          id: step.id,
          title: step.title,
          skipped: true,
          detail: before.detail,
          milliseconds: 0,
        })
        continue
      }
      const detail = await step.run(text => report.update(text))
      const milliseconds = run.clock.now() - started
      const at = new Date(run.clock.now()).toISOString()
      await run.journal.add({ at, bundle: run.bundle, site: run.site, step: step.id, detail, milliseconds })
      report.done(detail)
      outcomes.push({ id: step.id, title: step.title, skipped: false, detail, milliseconds })
    } catch (error) {
      report.fail()
      throw error
    }
  }
  return outcomes
}
