import type { InfisicalSession, Invitation } from '../../../kernel/ports/index.ts'
import type { Tenancy } from '../../../kernel/tenancy-file/index.ts'
import type { ReadyLogins } from '../../ci/index.ts'
import type { Pace } from '../../pace/index.ts'
import {
  type Action,
  applyActions,
  type Comparison,
  compare,
  type Known,
  type Observed,
  observe,
  type Pruning,
  summed,
  type Unmet,
  withDone,
} from '../../tenancy/index.ts'

/** A server's tenancy, and its logins. */
type Session = Pick<InfisicalSession, 'tenancy' | 'logins'>

/** What making a server equal needs. */
export interface Untiring {
  readonly session: Session
  readonly ready: ReadyLogins
  readonly pace: Pace
  /** Makes a keeper of invitations, when there are any to come. */
  readonly keeping: () => Promise<(invitations: readonly Invitation[]) => Promise<void>>
  readonly lost: (emails: readonly string[]) => void
  readonly say: (detail: string) => void
  /** What was confirmed to be deleted. */
  readonly pruning: Pruning
}

/** What the server has, and what lies between that and the file. */
export interface Looked {
  readonly observed: Observed
  readonly comparison: Comparison
}

/** Looks at the server, and compares. @throws SealiftError TENANCY_INVALID, SERVER_FAILED */
export async function look(
  tenancy: Tenancy,
  session: Session,
  ready: ReadyLogins,
  pace: Pace,
): Promise<Looked> {
  const observed = await observe(tenancy, session.tenancy, pace, session.logins)
  return { observed, comparison: compare(tenancy, observed, ready) }
}

/**
 * Does what is missing; where the server fails on the way, it is given time, and looked at again, until nothing is. It
 * is looked at again, too, where environments were brought back.
 * Gives what was done, the last comparison, and what is known of the server then.
 * @throws SealiftError SERVER_FAILED, and what `keeping` throws
 */
export async function untilEqual(
  tenancy: Tenancy,
  first: Looked,
  { session, ready, pace, keeping, lost, say, pruning }: Untiring,
): Promise<{ done: Action[]; last: Comparison; known: Known }> {
  const all: Action[] = []
  const server = session.tenancy
  for (let looked = first; ; looked = await look(tenancy, session, ready, pace)) {
    const { observed, comparison: last } = looked
    const unmet = [...last.unmet]
    const refused = (found: Unmet) => void unmet.push(found)
    const actions = [...last.actions, ...pruning.of(last.extras)]
    say(summed(actions))
    const total = all.length + actions.length
    const done = (action: Action) => {
      all.push(action)
      say(`${all.length} of ${total}`)
    }
    const keep = actions.some(({ kind }) => kind === 'person') ? await keeping() : async () => {}
    try {
      const logins = { server: session.logins, refused }
      const projects = await applyActions(actions, { server, logins, pace, observed, done, keep, lost })
      if (actions.some(isRestored)) continue
      return { done: all, last: { ...last, unmet }, known: { projects, identities: observed.identities } }
    } catch (error) {
      // Nobody knows what a request has done that the server failed at: it is looked at anew.
      await pace.rest(error).catch(failure => {
        throw withDone(failure, all.length)
      })
    }
  }
}

// What an environment has that was brought back is not known before.
const isRestored = (action: Action) => 'restores' in action
