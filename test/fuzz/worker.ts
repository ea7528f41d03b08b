/** Runs cases in a thread of its own, so that one that hangs or eats all memory can be ended and named. */
import { parentPort, workerData } from 'node:worker_threads'
import { caseOf } from './cases.ts'
import { judge } from './judge.ts'
import type { Report, Task } from './run.ts'

const { seed, about, numbers, at } = workerData as Task
const clock = new Int32Array(at)

for (const number of numbers) {
  Atomics.store(clock, 0, number)
  const started = performance.now()
  let report: Report
  const made = caseOf(seed, number, about)
  try {
    report = { number, outcome: await judge(made), ms: 0 }
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    report = { number, failure: message.split('\n').slice(0, 4).join('\n'), what: made.what, ms: 0 }
  }
  parentPort?.postMessage({ ...report, ms: performance.now() - started })
}
