/** One named step under way, as a person watches it. */
export interface StepReport {
  /** Replaces the text beside the step's title. */
  update(detail: string): void
  /** Ends the step: done, or skipped because it was done before. */
  done(detail?: string): void
  skip(detail: string): void
  fail(detail?: string): void
}

/** How work under way is told to a person; everything goes to stderr, nothing of it is the result. */
export interface Reporter {
  step(title: string): StepReport
  note(text: string): void
  warn(text: string): void
}

/** Bytes moved so far of a known total. */
export interface Progress {
  readonly done: number
  readonly total: number
  /** Bytes that were done by an earlier run; they say nothing of how fast this one is. */
  readonly before?: number
}
