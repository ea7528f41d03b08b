import { messageOf, printable, SealiftError } from '../../../kernel/errors/index.ts'
import type { Clock } from '../../../kernel/ports/index.ts'
import { judgeFailure } from '../../check/index.ts'
import {
  type CheckGroup,
  type Found,
  fault,
  notLookedAt,
  type Part,
  type PreflightCheck,
} from '../../preflight/index.ts'

/** One look of a preflight. */
export interface Check {
  /** Of what it gives; where it gives several, with `/` and what each is of behind it. */
  readonly id: string
  /** What stands before the `/` of several, where that is not the look's own id. */
  readonly partsOf?: string
  readonly group: CheckGroup
  readonly title: string
  /** Seconds that it may take; 45 when left out. */
  readonly seconds?: number
  /** What to do where an error does not say it. */
  readonly next?: string
  /** Whether a cluster that does not answer, or refuses, is what the look is about: a fault then. */
  readonly isFault?: true
  readonly look: () => Promise<Found | readonly Part[]>
}

/** Why a thing is not looked at, though nothing is wrong with it by itself. */
class Unseen extends Error {}

/** @throws Unseen where a look rests on something that is not there: it is told as not looked at */
export function unseen(why: string): never {
  throw new Unseen(why)
}

/** What several looks rest on, found once. */
export interface Ground<T> {
  /** @throws what finding it throws: for the check that is about it */
  own(): Promise<T>
  /** @throws an error that says which check tells why it is not there: for all others */
  need(): Promise<T>
}

/** Makes a ground; `id` is the check that is about it, and `what` it is in words. */
export function ground<T>(id: string, what: string, work: () => Promise<T>): Ground<T> {
  let made: Promise<T> | undefined
  const own = () => {
    made ??= work()
    return made
  }
  const need = () => own().catch(() => unseen(`${what} could not be had: see ${id}`))
  return { own, need }
}

// What cannot be asked says nothing of what is asked about.
const silent: ReadonlySet<string> = new Set(['CLUSTER_UNREACHABLE', 'CLUSTER_DENIED', 'CLUSTER_FAILED'])
const usual = 45
const longest = 2000

/**
 * Makes one look within its time, and gives what came of it; whatever becomes of it, others are not held up.
 * @throws only the signal's reason when it is aborted
 */
export async function looked(check: Check, clock: Clock, signal: AbortSignal): Promise<PreflightCheck[]> {
  const { id, partsOf = id, group, title, seconds = usual } = check
  const over = new AbortController()
  const both = AbortSignal.any([signal, over.signal])
  const late = clock
    .sleep(seconds * 1000, both)
    .then(() => notLookedAt(`no answer within ${seconds} s`, 'run it again; if it stays, look what is slow'))
  late.catch(() => {})
  try {
    const found = await Promise.race([check.look().catch(error => failure(check, error)), late])
    signal.throwIfAborted()
    const parts: readonly Part[] = 'result' in found ? [{ ...found, of: '' }] : found
    return parts.map(({ of, ...one }) => lined({ id: of ? `${partsOf}/${of}` : id, group, title, ...one }))
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    over.abort()
  }
}

/** The same look at each of several things: what cannot be asked of one hides no other. */
export async function each<T>(
  things: readonly T[],
  nameOf: (thing: T) => string,
  look: (thing: T) => Promise<Found>,
): Promise<Part[]> {
  const found = things.map(async thing => {
    const of = nameOf(thing)
    const one = await look(thing).catch(error => failure({ id: of }, error))
    return { ...one, of }
  })
  return await Promise.all(found)
}

function failure(check: Pick<Check, 'id' | 'next' | 'isFault'>, error: unknown): Found {
  const { id, next = 'mend that, and run this again', isFault } = check
  if (error instanceof Unseen) return notLookedAt(error.message)
  if (!(error instanceof SealiftError))
    return notLookedAt(`a fault of Sealift itself: ${messageOf(error)}`, 'please report it')
  const { message, hint = next } = judgeFailure(id, error, next)
  return silent.has(error.code) && !isFault ? notLookedAt(message, hint) : fault(message, hint)
}

/** A check of one line each, whatever others have written into it: it must not look like two. */
function lined({ id, group, title, result, seen, next }: PreflightCheck): PreflightCheck {
  const shown = { id: printable(id, 300), group, title, result, seen: printable(seen, longest) }
  return next === undefined ? shown : { ...shown, next: printable(next, longest) }
}
