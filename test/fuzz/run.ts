/** Runs many cases and says how each ended. */
import { Worker } from 'node:worker_threads'
import type { About } from './cases.ts'
import type { Outcome } from './judge.ts'

/** What a worker is to do. `at` is where it notes the case that it is at. */
export interface Task {
  readonly seed: string
  readonly about: About
  readonly numbers: readonly number[]
  readonly at: SharedArrayBuffer
}

/** How a case ended. */
export interface Report {
  readonly number: number
  readonly outcome?: Outcome
  readonly failure?: string
  readonly what?: readonly string[]
  readonly ms: number
}

/** How a run ended. */
export interface Summary {
  readonly cases: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly failures: readonly Report[]
  readonly slowest: Report
}

/** What to run; `from` is the first case's number. */
export interface RunOptions {
  readonly seed: string
  readonly about?: About
  readonly from?: number
  readonly cases: number
  readonly onProgress?: (done: number, failures: number) => void
}

/**
 * A case that takes more of the processor's time hangs: the slowest takes a second. Time that passes while others
 * use the machine does not count. A case that waits for nothing ends its thread, and is found by that.
 */
const patienceMs = 30_000
const processorMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
/** Enough for a reader that is bounded, with room for what the tests themselves hold. */
const heapMb = 384
const batch = 5000
const mostFailures = 20

/** Runs cases one after the other. Ends early after many failures. */
export async function runCases({
  seed,
  about = 'bundles',
  from = 0,
  cases,
  onProgress,
}: RunOptions): Promise<Summary> {
  const outcomes: Record<string, number> = {}
  const failures: Report[] = []
  let slowest: Report = { number: from, ms: 0 }
  let done = 0
  const note = (report: Report) => {
    done += 1
    if (report.ms > slowest.ms) slowest = report
    if (report.failure !== undefined) failures.push(report)
    else if (report.outcome !== undefined) outcomes[report.outcome] = (outcomes[report.outcome] ?? 0) + 1
    onProgress?.(done, failures.length)
  }
  while (done < cases && failures.length < mostFailures) {
    const length = Math.min(batch, cases - done)
    await runBatch(
      { seed, about },
      Array.from({ length }, (_, i) => from + done + i),
      note,
    )
  }
  return { cases: done, outcomes, failures, slowest }
}

/** One worker's cases; when it dies, the case that it died of is noted and the others are left to the next worker. */
function runBatch(
  { seed, about }: Pick<Task, 'seed' | 'about'>,
  numbers: readonly number[],
  note: (report: Report) => void,
): Promise<void> {
  const at = new SharedArrayBuffer(4)
  const workerData: Task = { seed, about, numbers, at }
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  })
  return new Promise(resolve => {
    let failed = 0
    let left = numbers.length
    const died = (failure: string) => {
      clearInterval(timer)
      worker.removeAllListeners()
      if (left > 0) note({ number: Atomics.load(new Int32Array(at), 0), failure, ms: patienceMs })
      worker.terminate().finally(resolve)
    }
    let since = processorMs()
    const timer = setInterval(() => {
      if (processorMs() - since > patienceMs) died(`it did not end within ${patienceMs} ms`)
    }, 1000)
    worker.on('message', (report: Report) => {
      left -= 1
      since = processorMs()
      note(report)
      if (report.failure !== undefined && ++failed >= mostFailures) {
        left = 0
        died('')
      }
    })
    worker.on('error', error => died(`it ended the thread: ${error}`))
    worker.on('exit', () => died('the thread ended'))
  })
}
