import { messageOf, SealiftError } from '../../kernel/errors/index.ts'
import { readySteps, requireGraph } from './graph.ts'
import type { JournalEntry } from './journal.ts'
import type { Run, Step, StepOutcome } from './step.ts'

interface Failure {
  readonly title: string
  readonly error: unknown
}

/**
 * Runs steps side by side, each as soon as what it needs is done, and writes each into the journal that has changed
 * something, in the order in which they end. When one fails or the signal says so, no other begins, and those under way
 * are asked to stop. A rerun after any interruption goes on where that one stopped, since what is there already is left
 * as it is. Outcomes come in the order of the steps.
 * @throws SealiftError the first failing step's own, with what else failed as faults, or INTERRUPTED
 */
export async function runSteps(run: Run): Promise<StepOutcome[]> {
  const { steps, clock, reporter } = run
  requireGraph(steps)
  const failing = new AbortController()
  const signal = AbortSignal.any([run.signal, failing.signal])
  const write = inOrder(run.journal.add)
  const outcomes = new Map<string, StepOutcome>()
  const failures: Failure[] = []
  const running = new Map<string, Promise<void>>()
  let began: number | undefined

  const work = async ({ id, title, run: work }: Step) => {
    const report = reporter.step(title)
    const started = clock.now()
    began ??= started
    try {
      const { changed, detail } = await work(text => report.update(text), signal)
      const now = clock.now()
      const milliseconds = now - started
      if (changed) {
        const { bundle, site } = run
        await write({ at: new Date(now).toISOString(), bundle, site, step: id, detail, milliseconds })
        report.done(detail)
      } else report.skip(detail)
      outcomes.set(id, { id, title, skipped: !changed, detail, startedAfter: started - began, milliseconds })
    } catch (error) {
      const asked = signal.aborted && isStop(error, signal)
      report.fail(asked ? 'stopped' : undefined)
      if (!asked) failures.push({ title, error })
      failing.abort(new SealiftError('INTERRUPTED', `stopped, since this failed: ${title}`))
    }
  }

  for (;;) {
    const done = new Set(outcomes.keys())
    const begun = new Set([...done, ...running.keys()])
    for (const step of readySteps(steps, done, begun)) {
      if (signal.aborted) break
      running.set(
        step.id,
        work(step).finally(() => running.delete(step.id)),
      )
    }
    if (running.size === 0) break
    await Promise.race(running.values())
  }
  if (run.signal.aborted) throw interruption(run, outcomes, failures)
  if (failures.length > 0) throw together(failures)
  return steps.flatMap(({ id }) => outcomes.get(id) ?? [])
}

/** One write after another, as they were asked for: each reads what the one before has written. */
function inOrder(add: (entry: JournalEntry) => Promise<void>): typeof add {
  let last = Promise.resolve()
  return entry => {
    const written = last.then(() => add(entry))
    last = written.catch(() => {}) // its own step tells it
    return written
  }
}

/** Whether an error is only the echo of having been asked to stop. */
function isStop(error: unknown, signal: AbortSignal): boolean {
  if (error === signal.reason) return true
  if (error instanceof SealiftError) return error.code === 'INTERRUPTED'
  return error instanceof Error && error.name === 'AbortError'
}

/** The first failure, for the others may come of it, with those as faults. */
function together([first, ...others]: readonly Failure[]): unknown {
  const error = first?.error
  if (others.length === 0 || !(error instanceof SealiftError)) return error
  return error.with({ faults: others.map(said) })
}

const said = ({ title, error }: Failure) => `${title}: ${messageOf(error)}`

function interruption(
  { steps }: Run,
  outcomes: ReadonlyMap<string, StepOutcome>,
  failures: readonly Failure[],
): SealiftError {
  const left = steps.filter(({ id }) => !outcomes.has(id)).map(({ title }) => title)
  const next = left.length > 0 ? `; left: ${left.join(', ')}` : ''
  return new SealiftError(
    'INTERRUPTED',
    `interrupted: ${outcomes.size} of ${steps.length} steps are done${next}`,
    {
      faults: failures.map(said),
      hints: ['what is done stays as it is: the next run goes on from there'],
    },
  )
}
