/**
 * `npm run bench`: measures Sealift against other people's tools and against what the machine can do, several
 * rounds of all in turn. The table is stdout; talk is stderr. SEALIFT_BIN=path/to/bin.js measures another build;
 * SEALIFT_BASE_BIN is one that installs are compared with; HAULER_BIN and ZARF_BIN are those programs, as peers of build.
 */
import { statfs, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { baseBin } from '../test/bench/install.ts'
import { largeSize } from '../test/bench/large.ts'
import { lazily } from '../test/bench/lazy.ts'
import { notes } from '../test/bench/notes.ts'
import { given } from '../test/bench/peers.ts'
import { markdown, misses, textTable, thisMachine } from '../test/bench/report.ts'
import { fill, neededBy } from '../test/bench/rows.ts'
import { setStage } from '../test/bench/stage.ts'
import { rows } from '../test/bench/table.ts'
import { type Round, type TrialName, trials } from '../test/bench/trials.ts'
import { prepareMachine } from '../test/support/setup.ts'

const root = join(import.meta.dirname, '..')
/** Trials of programs that nobody has named. */
const unasked = new Set<TrialName>([
  ...(baseBin ? [] : (['installBase'] as const)),
  ...(given.hauler ? [] : (['hauler', 'oneHauler'] as const)),
  ...(given.zarf ? [] : (['zarf'] as const)),
])
/** Rows that want tens of gigabytes of room. */
const large = ['large', 'backup-large']
const keys = [...new Set(rows.map(({ key }) => key))]
const usage = `npm run bench -- [--rounds N] [--only ${keys.join(',')}] [--large] [--json] [--write]

  --rounds N   rounds of everything (default 5)
  --only LIST  only these rows; install is left out without it: it starts a cluster, and takes minutes a round
  --large      also build a bundle of ${largeSize / 1e9} GB, and back up as much, for their memory
  --json       one JSON object instead of the table
  --write      also write test/bench/RESULTS.md`
const say = (line: string) => process.stderr.write(`${line}\n`)
const closing: (() => Promise<unknown>)[] = []
const interrupted = new AbortController()
// Not `once`: execa's own clean-up ends this process at once when it finds that nobody else listens.
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => interrupted.abort(new Error(`ended by ${name}`)))

function flags() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      only: { type: 'string', default: keys.filter(key => ![...large, 'install'].includes(key)).join() },
      large: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const only = values.only.split(',')
  const rounds = Number(values.rounds)
  const unknown = only.filter(key => !keys.includes(key))
  if (unknown.length > 0 || !(rounds >= 1))
    throw new Error(`not known: ${unknown.join() || values.rounds}\n${usage}`)
  return { ...values, rounds, only: values.large ? [...only, ...large] : only }
}

async function bench({ rounds, only, json, write }: ReturnType<typeof flags>): Promise<void> {
  await prepareMachine('bench', say)
  const bin = resolve(process.env['SEALIFT_BIN'] ?? join(root, 'dist', 'bin.js'))
  if (!process.env['SEALIFT_BIN']) await execa('node', ['scripts/build.ts'], { cwd: root, preferLocal: true })
  const stage = await setStage(bin, interrupted.signal, closing, say)
  const lazy = lazily(stage, closing, say)
  const wanted = rows.filter(({ key }) => only.includes(key))
  const needed = neededBy(wanted)
  const names = (Object.keys(trials) as TrialName[]).filter(name => needed.has(name))
  const { bavail, bsize } = await statfs(stage.dir)
  const room = bavail * bsize > 1.5 * largeSize
  const isLarge = (name: TrialName) => /large$/i.test(name)
  if (names.some(isLarge) && !room)
    say(`no room for ${largeSize / 1e9} GB in ${stage.dir}: what is as large is left out`)
  const done: Round[] = []
  for (let round = 1; round <= rounds; round++) {
    const outcomes: { [name in TrialName]?: Round[TrialName] } = {}
    // Every other round backwards, so that no trial always follows the same one.
    for (const name of round % 2 ? names : names.toReversed()) {
      // A dump of as much takes minutes: one is enough to see what it adds.
      if (isLarge(name) && (!room || (round > 1 && name !== 'large'))) continue
      if (unasked.has(name)) continue
      interrupted.signal.throwIfAborted()
      const result = await trials[name](stage, lazy)
      outcomes[name] = result
      const [wall, cpu] = [result.seconds.toFixed(2), result.cpu.toFixed(2)]
      const memory = (result.peak / 1e6).toFixed(0)
      say(`round ${round} of ${rounds}  ${name.padEnd(15)} ${wall} s, ${cpu} s of processor, ${memory} MB`)
    }
    done.push(outcomes as Round)
  }
  const filled = fill(wanted, done)
  const about = {
    machine: thisMachine(),
    date: new Date().toISOString(),
    rounds,
    notes: await notes(names, lazy),
  }
  const text = [textTable(filled), ...misses(filled).map(line => `MISS ${line}`), ...about.notes].join('\n')
  process.stdout.write(json ? `${JSON.stringify({ ...about, rows: filled, trials: done })}\n` : `${text}\n`)
  if (write) await writeFile(join(root, 'test', 'bench', 'RESULTS.md'), markdown(filled, about))
}

try {
  const given = flags()
  if (given.help) process.stdout.write(`${usage}\n`)
  else await bench(given)
} catch (error) {
  process.exitCode = interrupted.signal.aborted ? 130 : 1
  say(`\nThe measurements stopped: ${error instanceof Error ? error.message : error}`)
} finally {
  for (const close of closing.reverse()) await close().catch(error => say(`cleaning up: ${error}`))
}
