import * as z from 'zod'
import { count, SealiftError } from '../../kernel/errors/index.ts'
import type { Tenancy } from '../../kernel/inputs/index.ts'
import {
  asStep,
  type Invitation,
  type SiteHost,
  type Talk,
  type TenancyServer,
} from '../../kernel/ports/index.ts'
import { createPace, type Pace } from '../pace/index.ts'
import { withAdmin } from '../server/index.ts'
import {
  type Action,
  applyActions,
  type Comparison,
  type Confirm,
  compare,
  confirmPruning,
  described,
  differenceShape,
  observe,
  openInvitations,
  type Pruning,
  summed,
  unmetShape,
} from '../tenancy/index.ts'

/** What was made and changed. */
export const tenancyApplied = z.strictObject({
  organization: z.string(),
  changed: z.array(differenceShape),
  /** What the file wants, and this server cannot be given. */
  unmet: z.array(unmetShape),
  /** Who was invited, and the file in which their links are; they are given once. */
  invitations: z.strictObject({ file: z.string(), people: z.array(z.string()) }).optional(),
})
export type TenancyApplied = z.infer<typeof tenancyApplied>

/** What the verb is asked. */
export interface TenancyApplyRequest {
  /** The site's name. */
  readonly site: string
  readonly tenancy: Tenancy
  /** Path of the file that invitations are kept in. */
  readonly invitations: string
  /** Slugs of projects from which what the file does not name is deleted. */
  readonly prune: readonly string[]
}

type Host = Pick<SiteHost, 'cluster' | 'infisical' | 'clock' | 'files'>

/**
 * Makes the server of a site as a tenancy file says: what is missing is made, what differs is changed; deleted is only
 * what was named to be pruned, once `confirm` has let it. Where the server fails on the way, it is given time, looked at again, and gone on with.
 * @throws SealiftError TENANCY_INVALID, NOT_INSTALLED, FOREIGN_INSTALL, SERVER_FAILED, CLUSTER_*, FILE_FAILED
 */
export async function applyTenancy(
  { site, tenancy, invitations: file, prune }: TenancyApplyRequest,
  host: Host,
  { reporter, signal }: Talk,
  confirm: Confirm,
): Promise<TenancyApplied> {
  const pace = createPace(host.clock, signal, text => reporter.warn(text))
  const invited: string[] = []
  const keeping = async () => {
    const keep = await openInvitations(host.files, file)
    return async (invitations: readonly Invitation[]) => {
      await keep(invitations)
      const people = invitations.map(({ email }) => email)
      invited.push(...people)
      // Told at once: what comes later may fail.
      if (people.length > 0) reporter.note(`invitations of ${people.join(', ')} are in ${file}`)
    }
  }
  const lost = (emails: readonly string[]) =>
    reporter.warn(
      `the server failed while it invited ${emails.join(', ')}: who of them is invited now has no link; remove them from the organisation and apply again`,
    )
  const change = (say: (detail: string) => void) =>
    withAdmin(site, host, signal, ({ tenancy: server }) =>
      untilEqual(tenancy, { server, pace, keeping, lost, say, prune, confirm }),
    )
  const { done, last } = await asStep(reporter, 'Make the server as the file says', change, ({ done }) =>
    done.length === 0 ? 'it is already' : `${done.length} done`,
  )
  return {
    organization: tenancy.organization,
    changed: done.map(described),
    unmet: [...last.unmet],
    ...(invited.length > 0 && { invitations: { file, people: invited } }),
  }
}

interface Untiring {
  readonly server: TenancyServer
  readonly pace: Pace
  /** Makes a keeper of invitations, when there are any to come. */
  readonly keeping: () => Promise<(invitations: readonly Invitation[]) => Promise<void>>
  readonly lost: (emails: readonly string[]) => void
  readonly say: (detail: string) => void
  readonly prune: readonly string[]
  readonly confirm: Confirm
}

async function untilEqual(
  tenancy: Tenancy,
  { server, pace, keeping, lost, say, prune, confirm }: Untiring,
): Promise<{ done: Action[]; last: Comparison }> {
  const all: Action[] = []
  let pruning: Pruning | undefined
  for (;;) {
    const observed = await observe(tenancy, server, pace)
    const last = compare(tenancy, observed)
    pruning ??= await confirmPruning(prune, last.extras, { observed, server, pace }, confirm)
    const actions = [...last.actions, ...pruning.of(last.extras)]
    say(summed(actions))
    const total = all.length + actions.length
    const done = (action: Action) => {
      all.push(action)
      say(`${all.length} of ${total}`)
    }
    const keep = actions.some(({ kind }) => kind === 'person') ? await keeping() : async () => {}
    try {
      await applyActions(actions, { server, pace, observed, done, keep, lost })
      return { done: all, last }
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

/** The error that ends an apply which could not do all of it. @returns undefined when it could */
export function unmetFault({ unmet }: TenancyApplied): SealiftError | undefined {
  if (unmet.length === 0) return undefined
  const faults = unmet.map(({ name, why }) => `${name}: ${why}`)
  const some = count(unmet.length, 'thing')
  return new SealiftError('TENANCY_UNMET', `the rest is done, but ${some} of the file cannot be had here`, {
    faults,
  })
}
