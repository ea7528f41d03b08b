import type { Progress, Talk } from '../../../kernel/ports/index.ts'

/** What is seen of a load of one node of several. */
export interface NodeStep {
  /** Told of bytes moved, of those that this node lacks. */
  progress(progress: Progress): void
  /** Ends it: something was loaded, or all was there. */
  done(detail: string): void
  skip(detail: string): void
  fail(): void
}

/** A step that people see for each node, with a bar of its own. */
export function stepPerNode({
  reporter,
  progressOn,
}: Pick<Talk, 'reporter' | 'progressOn'>): (node: string) => NodeStep {
  return node => {
    const step = reporter.step(`Load images into node ${node}`)
    return {
      progress: progressOn(step),
      done: detail => step.done(detail),
      skip: detail => step.skip(detail),
      fail: () => step.fail(),
    }
  }
}
