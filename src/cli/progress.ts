import { bytes } from '../kernel/errors/index.ts'
import type { Progress, StepReport } from '../kernel/ports/index.ts'
import { duration } from './duration.ts'

/** Memory for people, in the binary unit Kubernetes uses: `640Mi`. */
export function mebibytes(count: number): string {
  return `${Math.round(count / 1048576)}Mi`
}

/** Turns byte counts into `done of total · rate · time left` on a step, ten times a second; the time once it can be told. */
export function progressOn(
  step: Pick<StepReport, 'update'>,
  clock: () => number = Date.now,
): (progress: Progress) => void {
  const started = clock()
  let shown = 0
  return ({ done, total, before = 0 }) => {
    const now = clock()
    if (now - shown < 100 && done < total) return
    shown = now
    const rate = (done - before) / Math.max(0.001, (now - started) / 1000)
    const left =
      rate > 0 && now - started >= 1000 ? ` · ${duration(((total - done) / rate) * 1000)} left` : ''
    step.update(`${bytes(done)} of ${bytes(total)} · ${bytes(rate)}/s${left}`)
  }
}
