import type { Tenancy } from '../../../kernel/inputs/index.ts'
import type { Invitation, TenancyServer } from '../../../kernel/ports/index.ts'
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
  withDone,
} from '../../tenancy/index.ts'

/** What making a server equal needs. */
export interface Untiring {
  readonly server: TenancyServer
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
export async function look(tenancy: Tenancy, server: TenancyServer, pace: Pace): Promise<Looked> {
  const observed = await observe(tenancy, server, pace)
  return { observed, comparison: compare(tenancy, observed) }
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
  { server, pace, keeping, lost, say, pruning }: Untiring,
): Promise<{ done: Action[]; last: Comparison; known: Known }> {
  const all: Action[] = []
  for (let looked = first; ; looked = await look(tenancy, server, pace)) {
    const { observed, comparison: last } = looked
    const actions = [...last.actions, ...pruning.of(last.extras)]
    say(summed(actions))
    const total = all.length + actions.length
    const done = (action: Action) => {
      all.push(action)
      say(`${all.length} of ${total}`)
    }
    const keep = actions.some(({ kind }) => kind === 'person') ? await keeping() : async () => {}
    try {
      const projects = await applyActions(actions, { server, pace, observed, done, keep, lost })
      if (actions.some(isRestored)) continue
      return { done: all, last, known: { projects, identities: observed.identities } }
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
