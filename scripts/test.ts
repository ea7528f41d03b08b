/**
 * `npm test`: sets the machine up, then runs every check and every test, and ends with `N passed, N failed`.
 * Arguments are passed on to vitest (`npm test -- test/unit`), and then only those tests are run.
 */
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { stopLeftovers } from '../test/support/cluster/index.ts'
import { prepareMachine } from '../test/support/setup.ts'

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

async function runChecks(): Promise<Counts> {
  let failed = 0
  for (const [name, [command = '', ...args]] of checks) {
    const { failed: bad, all } = await execa(command, args, {
      cwd: root,
      all: true,
      reject: false,
      preferLocal: true,
    })
    say(`${bad ? '✖' : '✔'} ${name}`)
    if (!bad) continue
    failed += 1
    say(all)
  }
  return { passed: checks.length - failed, failed }
}

interface Counts {
  readonly passed: number
  readonly failed: number
}

/** Runs vitest; what is run `aside` has a name, and its words are kept until it has ended. */
async function runTests(chosen: readonly string[], aside?: string): Promise<Counts> {
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
    // A file that could not be loaded has no failed test of its own; vitest's exit code knows of it.
    const failed: number = Math.max(result.numFailedTests + result.numPendingTests, exitCode === 0 ? 0 : 1)
    return { passed: result.numPassedTests, failed }
  } catch {
    return { passed: 0, failed: 1 }
  } finally {
    await rm(report, { force: true })
  }
}

/**
 * All tests. What is on a cluster mostly waits for it: the road and the other files with one, which start theirs one after
 * another, go beside all that needs none, of which there are two files at a time.
 */
async function runAll(): Promise<Counts> {
  const projects = (...names: string[]) => names.flatMap(name => ['--project', name])
  const counts = await Promise.all([
    runTests(projects('e2e'), 'e2e'),
    runTests(projects('cluster'), 'cluster'),
    runTests([...projects('unit', 'contract', 'integration', 'postgres17', 'fuzz'), '--maxWorkers=2']),
  ])
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
  }
}

say('Sealift: all checks and tests, a real disconnected cluster included.')
await prepareMachine('test', say)
const started = Date.now()
const none = { passed: 0, failed: 0 }
const checked = wanted.length > 0 ? none : await runChecks()
const tested = await (wanted.length > 0 ? runTests(wanted) : runAll())
await stopLeftovers(say)
const failed = checked.failed + tested.failed
say(`\nTook ${Math.round((Date.now() - started) / 1000)} s after set-up.`)
say(
  failed === 0
    ? 'Look at: test/README.md (what each kind of test proves), and `npm run demo`.'
    : 'Look at the first ✖ or FAIL above.',
)
say(`${checked.passed + tested.passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
