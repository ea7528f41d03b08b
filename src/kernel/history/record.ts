import { randomUUID } from 'node:crypto'
import { count, printable, SealiftError } from '../errors/index.ts'
import type { Digest } from '../oci/index.ts'
import type { Clock, Cluster, Returned, RunRecord, Talk } from '../ports/index.ts'
import { redacted } from '../workloads/index.ts'
import { lineDigest, type NewEntry, readEntry } from './entry.ts'
import { noting } from './noting.ts'
import { type Place, placeOf } from './place.ts'
import { appendHistory } from './store.ts'

/** What a run is about, as its verb knows it. */
export interface About {
  /** Name of the site. */
  readonly site?: string
  /** Identity of the bundle. */
  readonly bundle?: Digest
}

/** What a run is recorded with. */
export interface Recorded {
  readonly about?: About
}

/** Where a run is recorded, and by whom it is. */
export interface Recording {
  readonly cluster: Cluster
  readonly clock: Clock
  readonly operator: string
  readonly about: About
}

/**
 * Does work between two entries of the site's audit log: one that says who begins what, and one that says how it ended,
 * step by step. Whoever cannot be recorded does not begin. The lease must be held.
 * @throws SealiftError CLUSTER_* where the first entry cannot be written, and what the work throws
 */
export async function recorded<T>(
  recording: Recording,
  talk: Talk,
  work: (talk: Talk) => Promise<T>,
): Promise<T> {
  const { clock } = recording
  const run = randomUUID()
  const at = () => new Date(clock.now()).toISOString()
  await begin(recording, talk, { run, at: at() })
  const { reporter, steps } = noting(talk.reporter, clock)
  const place = placeOf(recording.cluster)
  let back: Returned | undefined
  let observed: Digest | undefined
  const record: RunRecord = {
    leave: append => place.leave(append),
    returned(told) {
      back = told
    },
    observed(line) {
      observed = line
    },
  }
  const finish = async (ended: Pick<Extract<NewEntry, { what: 'end' }>, 'outcome' | 'error'>) => {
    const told = { ...(back && { back }), ...(observed && { observed }) }
    const entry: NewEntry = { what: 'end', at: at(), run, ...ended, ...told, steps: steps() }
    await end(place, talk, entry)
  }
  let result: T
  try {
    result = await work({ ...talk, reporter, record })
  } catch (error) {
    await finish(failure(error))
    throw error
  }
  await finish({ outcome: 'done' })
  return result
}

async function begin({ cluster, operator, about }: Recording, talk: Talk, of: { run: string; at: string }) {
  const user = await cluster.user().catch(() => undefined)
  const { verb = 'unknown', given = [] } = talk.run ?? {}
  const entry: NewEntry = {
    ...{ what: 'begin', ...of, verb, given: given.map(word => redacted(word, 200)), ...about },
    operator: printable(operator),
    ...(user === undefined ? {} : { user: printable(user) }),
  }
  try {
    await appendHistory(cluster, last => [...unended(last, of), entry])
  } catch (error) {
    if (!(error instanceof SealiftError)) throw error
    throw new SealiftError(
      error.code,
      `the audit log of this site cannot be written, so nothing was begun: ${error.message}`,
      {
        cause: error,
        hints: [
          ...error.hints,
          'it is in ConfigMaps sealift-audit-… of namespace sealift-system: every run that may change something is recorded there first',
        ],
      },
    )
  }
}

/** What is to be said of the run before, where it has no end. */
function unended(last: string | undefined, { run, at }: { run: string; at: string }): NewEntry[] {
  const before = last === undefined ? undefined : readEntry(last)
  return before?.what === 'begin' ? [{ what: 'unended', at, run: before.run, notedBy: run }] : []
}

/** An end that cannot be written takes nothing back: the next run notes that it is missing. */
async function end(place: Place, { reporter }: Talk, entry: NewEntry): Promise<void> {
  try {
    const line = await place.add(entry)
    if (line !== undefined)
      reporter.note(
        `audit log: ${count(readEntry(line)?.n ?? 0, 'entry', 'entries')}, the last one is ${lineDigest(line)}`,
      )
  } catch (error) {
    if (!(error instanceof SealiftError)) throw error
    reporter.warn(`the end of this run is not in the audit log: ${error.message}`)
  }
}

function failure(error: unknown): Pick<Extract<NewEntry, { what: 'end' }>, 'outcome' | 'error'> {
  if (!(error instanceof SealiftError))
    return { outcome: 'failed', error: { code: 'BUG', exit: 1, message: 'a fault of Sealift itself' } }
  const { code, exitCode: exit } = error
  const outcome = code === 'INTERRUPTED' ? 'interrupted' : 'failed'
  return { outcome, error: { code, exit, message: redacted(error.message, 500) } }
}
