import * as z from 'zod'
import { count, SealiftError } from '../../kernel/errors/index.ts'
import type { Tenancy } from '../../kernel/inputs/index.ts'
import { asStep, type SiteHost, type Talk, type TenancyServer } from '../../kernel/ports/index.ts'
import { createPace, type Pace } from '../pace/index.ts'
import { withAdmin } from '../server/index.ts'
import {
  type Action,
  applyActions,
  described,
  difference,
  differenceShape,
  observe,
  summed,
} from '../tenancy/index.ts'

/** What was made and changed. */
export const tenancyApplied = z.strictObject({
  organization: z.string(),
  changed: z.array(differenceShape),
})
export type TenancyApplied = z.infer<typeof tenancyApplied>

/** What the verb is asked: the site's name, and its tenancy. */
export interface TenancyApplyRequest {
  readonly site: string
  readonly tenancy: Tenancy
}

/**
 * Makes the server of a site as a tenancy file says: what is missing is made, what differs is changed, and nothing is
 * deleted. Where the server fails on the way, it is given time, looked at again, and gone on with.
 * @throws SealiftError TENANCY_INVALID, NOT_INSTALLED, FOREIGN_INSTALL, SERVER_FAILED, CLUSTER_*
 */
export async function applyTenancy(
  { site, tenancy }: TenancyApplyRequest,
  host: Pick<SiteHost, 'cluster' | 'infisical' | 'clock'>,
  { reporter, signal }: Talk,
): Promise<TenancyApplied> {
  const pace = createPace(host.clock, signal, text => reporter.warn(text))
  const change = (say: (detail: string) => void) =>
    withAdmin(site, host, signal, ({ tenancy: server }) => untilEqual(tenancy, server, pace, say))
  const done = await asStep(reporter, 'Make the server as the file says', change, all =>
    all.length === 0 ? 'it is already' : `${all.length} done`,
  )
  return { organization: tenancy.organization, changed: done.map(described) }
}

async function untilEqual(
  tenancy: Tenancy,
  server: TenancyServer,
  pace: Pace,
  say: (detail: string) => void,
): Promise<Action[]> {
  const all: Action[] = []
  for (;;) {
    const observed = await observe(tenancy, server, pace)
    const actions = difference(tenancy, observed)
    say(summed(actions))
    const total = all.length + actions.length
    const done = (action: Action) => {
      all.push(action)
      say(`${all.length} of ${total}`)
    }
    try {
      await applyActions(actions, { server, pace, observed, done })
      return all
    } catch (error) {
      // Nobody knows what a request has done that the server failed at: it is looked at anew.
      await pace.rest(error).catch(failure => {
        throw withDone(failure, all.length)
      })
    }
  }
}

/** A failure, and how far it came. */
function withDone(failure: unknown, done: number): unknown {
  if (!(failure instanceof SealiftError) || done === 0) return failure
  return failure.with({ hints: [`${count(done, 'thing is', 'things are')} done; run it again for the rest`] })
}
