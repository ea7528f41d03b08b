import * as z from 'zod'
import { jsonIn } from '../../kernel/objects/index.ts'
import type { ReceiptData } from './receipt-object.ts'
import { type StepOutcome, stepOutcome } from './step.ts'

/** A run of an install that came to its end: who, when, and every step. Holds no secret. */
const runRecord = z.object({
  /** Who was at work, `root@node1`; absent where an older Sealift did not note it. */
  by: z.string().exactOptional(),
  /** Sealift's version. */
  sealift: z.string().exactOptional(),
  /** ISO time at which its first step began; `startedAfter` of the steps counts from it. */
  started: z.iso.datetime(),
  steps: z.array(stepOutcome),
})
export type RunRecord = z.infer<typeof runRecord>

const key = 'run'

/** The field of a receipt that tells of the run; none where there is no record. */
export function runField(run: RunRecord | undefined): ReceiptData {
  return run === undefined ? {} : { [key]: JSON.stringify(run) }
}

/** The record in a receipt's fields; one that an older Sealift did not write, or that somebody has spoilt, is none. */
export function runIn(data: ReceiptData | undefined): RunRecord | undefined {
  return runRecord.safeParse(jsonIn(data?.[key])).data
}

/** A receipt's fields without that record. */
export function withoutRun({ [key]: _, ...data }: ReceiptData): ReceiptData {
  return data
}

/** Whether a run has changed anything: a proof is of now, and always made anew. */
export function hasChanged({
  steps,
}: {
  readonly steps: readonly Pick<StepOutcome, 'id' | 'skipped'>[]
}): boolean {
  return steps.some(({ id, skipped }) => !skipped && id !== 'proof')
}
