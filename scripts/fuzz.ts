/**
 * `npm run fuzz -- --cases 1000000 --seed N`: gives the bundle's readers as many hostile bundles as one wants; with
 * `--about documents` the readers of what registries, chart repositories and charts hold, as many odd documents.
 * A failing case is printed with what replays it: `npm run fuzz -- --seed N --only K`.
 */
import { parseArgs } from 'node:util'
import type { About } from '../test/fuzz/cases.ts'
import { type Report, runCases } from '../test/fuzz/run.ts'

const { values } = parseArgs({
  options: {
    about: { type: 'string', default: 'bundles' },
    cases: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string' },
  },
})
const about: About = values.about === 'documents' ? 'documents' : 'bundles'
const seed = values.seed ?? String(Date.now())
const from = Number(values.only ?? 0)
const cases = values.only === undefined ? Number(values.cases ?? 100_000) : 1
const say = (line: string) => process.stderr.write(`${line}\n`)
const name = ({ number }: Report) => `--about ${about} --seed ${seed} --only ${number}`

say(`seed ${seed}, ${cases} cases of ${about}`)
const started = performance.now()
const rate = (done: number) => Math.round((done * 1000) / (performance.now() - started))
let told = started
const { failures, outcomes, slowest, ...run } = await runCases({
  seed,
  about,
  from,
  cases,
  onProgress(done, failed) {
    if (performance.now() - told < 5000) return
    told = performance.now()
    say(`${done} of ${cases} cases, ${rate(done)}/s, ${failed} failed`)
  },
})
for (const failure of failures) {
  say(`\n✖ ${name(failure)}\n  ${(failure.what ?? []).join('\n  ')}\n  ${failure.failure}`)
}
const rows = Object.entries(outcomes).sort(([, a], [, b]) => b - a)
process.stdout.write(`${run.cases} cases, ${rate(run.cases)}/s\n`)
for (const [outcome, count] of rows) process.stdout.write(`${String(count).padStart(10)} ${outcome}\n`)
process.stdout.write(`slowest: ${Math.round(slowest.ms)} ms (${name(slowest)})\n`)
process.stdout.write(`${failures.length} failed\n`)
process.exitCode = failures.length === 0 ? 0 : 1
