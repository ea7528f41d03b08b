import * as z from 'zod'
import { SealiftError } from '../../../kernel/errors/index.ts'
import {
  asStep,
  type Infisical,
  type InfisicalSession,
  type Invitation,
  type Reporter,
  type SiteHost,
  type Talk,
} from '../../../kernel/ports/index.ts'
import type { Tenancy, TenancyIdentity } from '../../../kernel/tenancy-file/index.ts'
import type { ReadyLogins } from '../../ci/index.ts'
import { createPace } from '../../pace/index.ts'
import { underLease, withAdmin } from '../../server/index.ts'
import {
  type Action,
  allButUnmet,
  type Confirm,
  confirmPruning,
  described,
  differenceShape,
  openInvitations,
  type Proving,
  type Pruning,
  proveIdentities,
  provenShape,
  rightsChanged,
  summed,
  twinsLeft,
  unmetShape,
  variableDifference,
} from '../../tenancy/index.ts'
import { askIssuers, letIssuersBeAsked } from './issuers.ts'
import { type Looked, look, untilEqual } from './until-equal.ts'

/** What was made and changed. */
export const tenancyApplied = z.strictObject({
  organization: z.string(),
  changed: z.array(differenceShape),
  /** What the file wants, and this server cannot be given. */
  unmet: z.array(unmetShape),
  /** Whose rights changed: what they must not do was tried, so many times. */
  proven: z.array(provenShape),
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

type Host = Pick<SiteHost, 'cluster' | 'infisical' | 'clock' | 'random' | 'files' | 'issuers'>

/**
 * Makes the server of a site as a tenancy file says: what is missing is made, what differs is changed; deleted is only
 * what was named to be pruned, once `confirm` has let it. Where the server fails on the way, it is given time, looked at again, and gone on with.
 * @throws SealiftError TENANCY_INVALID, NOT_INSTALLED, FOREIGN_INSTALL, SITE_BUSY, SERVER_FAILED, CLUSTER_*, FILE_FAILED
 */
export async function applyTenancy(
  request: TenancyApplyRequest,
  host: Host & Pick<SiteHost, 'operator'>,
  talk: Talk,
  confirm: Confirm,
): Promise<TenancyApplied> {
  const about = { site: request.site }
  return await applyBy(request, host, talk, confirm, work => underLease({ ...host, about }, talk, work))
}

/** The same for whoever knows that nobody else is at work on the site. */
export async function applyAlone(
  request: TenancyApplyRequest,
  host: Host,
  talk: Talk,
  confirm: Confirm,
): Promise<TenancyApplied> {
  return await applyBy(request, host, talk, confirm, work => work(talk))
}

type Work = (talk: Talk) => Promise<TenancyApplied>

/** Finds the server, and does all of it as `hold` lets it. */
async function applyBy(
  request: TenancyApplyRequest,
  host: Host,
  { signal }: Talk,
  confirm: Confirm,
  hold: (work: Work) => Promise<TenancyApplied>,
): Promise<TenancyApplied> {
  return await withAdmin(request.site, host, signal, (session, infisical, { infisical: namespace }) =>
    hold(talk => applyTo({ session, infisical, namespace }, request, host, talk, confirm)),
  )
}

/** A server with its admin logged in, and the namespace that it is in. */
interface Opened {
  readonly session: InfisicalSession
  readonly infisical: Infisical
  readonly namespace: string
}

async function applyTo(
  opened: Opened,
  { site, tenancy, invitations: file, prune }: TenancyApplyRequest,
  host: Host,
  { reporter, signal }: Talk,
  confirm: Confirm,
): Promise<TenancyApplied> {
  const { cluster, clock, random } = host
  const pace = createPace(clock, signal, text => reporter.warn(text))
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
  const work = async (): Promise<TenancyApplied> => {
    const { session, namespace } = opened
    const { tenancy: server } = session
    const ready = await askIssuers(tenancy, host, { reporter, signal })
    const first = await asStep(
      reporter,
      'Compare the file with the server',
      () => look(tenancy, session, ready, pace),
      ({ comparison }) => summed(comparison.actions),
    )
    const { observed, comparison } = first
    const pruning = await confirmPruning(prune, comparison.extras, { observed, server, pace }, confirm)
    const looked = { first, ready, pruning }
    const variable = await variableDifference(tenancy, ready, cluster)
    const restarted = await letIssuersBeAsked(tenancy, ready, namespace, reporter, { cluster, clock, signal })
    const made = restarted
      ? await withAdmin(site, host, signal, (session, infisical) => make(session, infisical, looked))
      : await make(session, opened.infisical, looked)
    const changed = [...(variable === undefined ? [] : [variable]), ...made.changed]
    return { organization: tenancy.organization, ...made, changed }
  }
  const make = async (
    session: InfisicalSession,
    infisical: Infisical,
    { first, ready, pruning }: { first: Looked; ready: ReadyLogins; pruning: Pruning },
  ) => {
    const { done, last, known } = await asStep(
      reporter,
      'Make the server as the file says',
      say => untilEqual(tenancy, first, { session, ready, pace, keeping, lost, say, pruning }),
      all => (all.done.length === 0 ? 'it is already' : `${all.done.length} done`),
    )
    const proving = { infisical, session, pace, clock, random, signal, known }
    const tried = await prove(done, tenancy, proving, reporter)
    return {
      changed: done.map(described),
      unmet: [...last.unmet, ...tried.unmet],
      proven: tried.proven,
      ...(invited.length > 0 && { invitations: { file, people: invited } }),
    }
  }
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SealiftError) || invited.length === 0) throw error
    throw error.with({ hints: [`invitations of ${invited.join(', ')} are in ${file}`] })
  }
}

/** Proves whose rights changed; where a killed run has left a twin, all of them: what it has not proven is not known. */
async function prove(
  done: readonly Action[],
  tenancy: Tenancy,
  proving: Proving,
  reporter: Reporter,
): ReturnType<typeof proveIdentities> {
  const left = twinsLeft(proving.known.identities).length > 0
  const changed = left ? withAccess(tenancy) : changedIdentities(tenancy, done)
  if (changed.length === 0 && !left) return { proven: [], unmet: [] }
  return await asStep(
    reporter,
    'Try what identities must not do',
    () => proveIdentities(changed, tenancy, proving),
    ({ unmet }) => (unmet.length === 0 ? 'they cannot' : `${unmet.length} of it went against the file`),
  )
}

const withAccess = ({ identities = [] }: Tenancy) => identities.filter(({ access }) => access.length > 0)

/** Identities whose rights were given or changed. */
function changedIdentities({ identities = [] }: Tenancy, done: readonly Action[]): TenancyIdentity[] {
  const names = rightsChanged(done)
  return identities.filter(({ name }) => names.has(name))
}

/** The error that ends an apply which could not do all of it. @returns undefined when it could */
export function unmetFault({ unmet }: TenancyApplied): SealiftError | undefined {
  return allButUnmet(unmet)
}
