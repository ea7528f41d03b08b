import * as z from 'zod'
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
  /** Ids of the steps that must be done before this one; all others may run beside it. */
  readonly needs: readonly string[]
  /**
   * `say` tells how far it is. When `signal` is aborted, it stops where a rerun can go on, or comes to its end if that
   * is sooner.
   */
  readonly run: (say: (detail: string) => void, signal: AbortSignal) => Promise<Done>
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

/** What `runSteps` takes. `bundle` and `site` are digests for the journal. */
export interface Run {
  readonly steps: readonly Step[]
  readonly journal: Pick<Journal, 'add'>
  readonly bundle: Digest
  readonly site: Digest
  readonly reporter: Reporter
  readonly clock: Clock
  readonly signal: AbortSignal
}
