import type { Clock, Reporter } from '../ports/index.ts'
import { redacted } from '../workloads/index.ts'
import type { RecordedStep } from './entry.ts'

const longest = 300
// A run with more is told as far as that: an entry must fit into an object of Kubernetes.
const most = 400

/** A reporter that says on what it is told, and the steps that it was told so far. */
export function noting(
  reporter: Reporter,
  clock: Clock,
): { reporter: Reporter; steps: () => RecordedStep[] } {
  const steps: RecordedStep[] = []
  const noted: Reporter = {
    note: text => reporter.note(text),
    warn: text => reporter.warn(text),
    step(title) {
      const step = reporter.step(title)
      const started = clock.now()
      const at = steps.length
      const end = (result: RecordedStep['result'], detail = '') => {
        if (at >= most) return
        const told = detail === '' ? {} : { detail: redacted(detail, longest) }
        steps[at] = { title: redacted(title, longest), result, ...told, milliseconds: clock.now() - started }
      }
      if (at < most) steps.push({ title: redacted(title, longest), result: 'unfinished' })
      return {
        update: detail => step.update(detail),
        done(detail) {
          end('done', detail)
          step.done(detail)
        },
        skip(detail) {
          end('skipped', detail)
          step.skip(detail)
        },
        fail(detail) {
          end('failed', detail)
          step.fail(detail)
        },
      }
    },
  }
  return { reporter: noted, steps: () => [...steps] }
}
