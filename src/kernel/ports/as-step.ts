import type { Reporter } from './reporter.ts'

/** How work is watched and stopped: `say` tells how far it is. */
export interface Watch {
  readonly signal: AbortSignal
  readonly say: (detail: string) => void
}

/**
 * Does work as a step that people see: it ends as done or as failed, whatever happens.
 * @param work gets `say`, which tells how far it is
 * @param sum tells beside the finished step what came of it
 * @throws what the work throws
 */
export async function asStep<T>(
  reporter: Reporter,
  title: string,
  work: (say: (detail: string) => void) => Promise<T>,
  sum?: (result: T) => string,
): Promise<T> {
  const step = reporter.step(title)
  try {
    const result = await work(detail => step.update(detail))
    step.done(sum?.(result))
    return result
  } catch (error) {
    step.fail()
    throw error
  }
}
