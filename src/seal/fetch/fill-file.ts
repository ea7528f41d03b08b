import type { FillPlan } from '../../bundle/layout/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { asStep, type BundleSink, type ConnectedHost, type Talk } from '../../kernel/ports/index.ts'
import { type FillOptions, fillBundle } from './fill.ts'

/** A bundle file to fill, and from where. */
export interface Filling {
  readonly path: string
  readonly plan: FillPlan
  /** Where to: begun for that path, and ended here. */
  readonly sink: BundleSink
  readonly open: FillOptions['open']
  /** Blobs moved at once, at most. */
  readonly concurrency: number
}

/**
 * Fills a bundle file as a step that people see, and gives it its name. What is interrupted stays beside it, and the
 * next run of the same goes on from there. Gives the blob bytes that had to be moved.
 * @throws SealiftError as {@link fillBundle}, with the hint that it can be continued
 */
export async function fillFile(
  { path, plan, sink, open, concurrency }: Filling,
  { clock }: Pick<ConnectedHost, 'clock'>,
  { reporter, signal, progressOn }: Talk,
): Promise<number> {
  const total = plan.wanted.reduce((sum, { size }) => sum + size, 0)
  let kept = 0
  let there = 0
  const fill = async (update: (detail: string) => void) => {
    let show = progressOn({ update })
    await fillBundle({
      ...{ plan, sink, open, clock, concurrency, signal },
      onChecked: progress => show(progress),
      onKept(before) {
        kept = there = before === 'another' ? 0 : before
        reporter.note(
          before === 'another'
            ? `what an interrupted run left of ${path} belongs to another lock, time or volume size: starting anew`
            : `going on after an interrupted run: ${percent(before, total)} is there`,
        )
        show = progressOn({ update })
      },
      onProgress(progress) {
        there = progress.done
        show(progress)
      },
    })
    const finishing = progressOn({ update })
    await sink.commit(progress => {
      signal.throwIfAborted()
      finishing(progress)
    })
  }
  try {
    await asStep(reporter, `Fill ${path}`, fill)
    return total - kept
  } catch (error) {
    await sink.keep()
    throw there > 0 ? continued(error) : error
  } finally {
    await sink.discard()
  }
}

function percent(part: number, total: number): string {
  return `${Math.floor((100 * part) / Math.max(1, total))} %`
}

/** The same error, with the hint that nothing is lost. */
function continued(error: unknown): unknown {
  if (!(error instanceof SealiftError)) return error
  return error.with({ hints: ['run it again: it goes on where it stopped'] })
}
