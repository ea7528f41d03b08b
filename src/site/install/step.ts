import * as z from 'zod'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Digest } from '../../kernel/oci/index.ts'
import type { Clock, Reporter } from '../../kernel/ports/index.ts'
import type { Journal } from './journal.ts'

/** What a step found, or did about it. */
export interface Done {
  /** Whether anything was changed: false where all was as the step would have made it. */
  readonly changed: boolean
  /** A few words on what was done or found. */
  readonly detail: string
}

/**
 * One named step of the transaction. It compares what it would make with what is there, and changes only what
 * differs: whether it was done before is the world's word, not the journal's, for what was made may be gone again.
 */
export interface Step {
  /** Stable name in the journal. */
  readonly id: string
  readonly title: string
  /** `say` tells how far it is. */
  readonly run: (say: (detail: string) => void) => Promise<Done>
}

/** How one step ended. */
export const stepOutcome = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** Whether everything was there already. */
  skipped: z.boolean(),
  detail: z.string(),
  /** When it began, in milliseconds after the first step did. */
  startedAfter: z.number(),
  milliseconds: z.number(),
})
export type StepOutcome = z.infer<typeof stepOutcome>

/** What {@link runSteps} takes. `bundle` and `site` are digests for the journal. */
export interface Run {
  readonly steps: readonly Step[]
  readonly journal: Pick<Journal, 'add'>
  readonly bundle: Digest
  readonly site: Digest
  readonly reporter: Reporter
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Runs steps in order, and writes each into the journal that has changed something. A rerun after any interruption
 * goes on where that one stopped, since what is there already is left as it is.
 * @throws SealiftError the failing step's own, or INTERRUPTED between two steps
 */
export async function runSteps(run: Run): Promise<StepOutcome[]> {
  const { journal, bundle, site, reporter, clock, signal } = run
  const outcomes: StepOutcome[] = []
  let first: number | undefined
  for (const { id, title, run: work } of run.steps) {
    if (signal.aborted) throw new SealiftError('INTERRUPTED', `interrupted before: ${title}`)
    const report = reporter.step(title)
    const started = clock.now()
    first ??= started
    try {
      const { changed, detail } = await work(text => report.update(text))
      const now = clock.now()
      const milliseconds = now - started
      if (changed) {
        const at = new Date(now).toISOString()
        await journal.add({ at, bundle, site, step: id, detail, milliseconds })
        report.done(detail)
      } else report.skip(detail)
      outcomes.push({ id, title, skipped: !changed, detail, startedAfter: started - first, milliseconds })
    } catch (error) {
      report.fail()
      throw error
    }
  }
  return outcomes
}
