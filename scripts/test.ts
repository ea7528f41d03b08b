/**
 * `npm test`: sets the machine up, then runs every check and every test, and ends with `N passed, N failed`.
 * Arguments are passed on to vitest (`npm test -- test/unit`), and then only those tests are run.
 */
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { execa } from 'execa'
import { stopLeftovers } from '../test/support/cluster/index.ts'
import { prepareMachine } from '../test/support/setup.ts'
import { type FileReport, failuresIn } from './failures.ts'

const root = join(import.meta.dirname, '..')
const say = (line: string) => process.stdout.write(`${line}\n`)
const wanted = process.argv.slice(2)

/** Checks beside the tests, in the order a person would want to hear of them. */
const checks: readonly [string, readonly string[]][] = [
  ['types', ['tsc', '--noEmit']],
  ['lint and format', ['biome', 'check', '--error-on-warnings', '.']],
  ['dead code', ['knip']],
  ['build', ['node', 'scripts/build.ts']],
]

async function runChecks(): Promise<Result> {
  const failures: string[] = []
  for (const [name, [command = '', ...args]] of checks) {
    const { failed: bad, all } = await execa(command, args, {
      cwd: root,
      all: true,
      reject: false,
      preferLocal: true,
    })
    say(`${bad ? '✖' : '✔'} ${name}`)
    if (!bad) continue
    failures.push(name)
    say(all)
  }
  return { passed: checks.length - failures.length, failures }
}

interface Result {
  readonly passed: number
  /** A line for each that failed: of three runs whose words are printed one after another, the last may hide the others. */
  readonly failures: readonly string[]
}

/** Runs vitest; what is run `aside` has a name, and its words are kept until it has ended. */
async function runTests(chosen: readonly string[], aside?: string): Promise<Result> {
  const report = join(tmpdir(), `sealift-tests-${process.pid}-${aside ?? 'here'}.json`)
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...chosen]
  const { exitCode, all } = await execa('vitest', args, {
    cwd: root,
    ...(aside ? { all: true, stdin: 'ignore' } : { stdio: 'inherit' }),
    reject: false,
    preferLocal: true,
  })
  if (aside) say(`${all}`)
  try {
    const result = JSON.parse(await readFile(report, 'utf8'))
    const files: readonly FileReport[] = result.testResults
    const failures = files.flatMap(file => failuresIn({ ...file, name: relative(root, file.name) }))
    if (exitCode !== 0 && failures.length === 0)
      failures.push(`no test failed, and vitest ended with code ${exitCode}: vitest ${args.join(' ')}`)
    return { passed: result.numPassedTests, failures }
  } catch {
    return { passed: 0, failures: [`vitest ended without a report: vitest ${args.join(' ')}`] }
  } finally {
    await rm(report, { force: true })
  }
}

/**
 * All tests. What is on a cluster mostly waits for it: the road and the other files with one, which start theirs one after
 * another, go beside all that needs none, of which there are two files at a time.
 */
async function runAll(): Promise<Result> {
  const projects = (...names: string[]) => names.flatMap(name => ['--project', name])
  return sum(
    await Promise.all([
      runTests(projects('e2e'), 'e2e'),
      runTests(projects('cluster'), 'cluster'),
      runTests([...projects('unit', 'contract', 'integration', 'postgres17', 'fuzz'), '--maxWorkers=2']),
    ]),
  )
}

const sum = (results: readonly Result[]): Result => ({
  passed: results.reduce((total, { passed }) => total + passed, 0),
  failures: results.flatMap(({ failures }) => failures),
})

say('Sealift: all checks and tests, a real disconnected cluster included.')
await prepareMachine('test', say)
const started = Date.now()
const checked = wanted.length > 0 ? [] : [await runChecks()]
const tested = await (wanted.length > 0 ? runTests(wanted) : runAll())
await stopLeftovers(say)
const { passed, failures } = sum([...checked, tested])
say(`\nTook ${Math.round((Date.now() - started) / 1000)} s after set-up.`)
say(
  failures.length === 0
    ? 'Look at: test/README.md (what each kind of test proves), and `npm run demo`.'
    : ['What failed:', ...failures.map(line => `  ${line}`)].join('\n'),
)
say(`${passed} passed, ${failures.length} failed`)
process.exitCode = failures.length === 0 ? 0 : 1
