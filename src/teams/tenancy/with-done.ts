import { count, SealiftError } from '../../kernel/errors/index.ts'

/** A failure, and how far it came: `done` things. */
export function withDone(failure: unknown, done: number): unknown {
  if (!(failure instanceof SealiftError) || done === 0) return failure
  return failure.with({ hints: [`${count(done, 'thing is', 'things are')} done; run it again for the rest`] })
}
