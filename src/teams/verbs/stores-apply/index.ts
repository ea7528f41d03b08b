import * as z from 'zod'
import { count, SealiftError } from '../../../kernel/errors/index.ts'
import type { Tenancy } from '../../../kernel/inputs/index.ts'
import { asStep, type SiteHost, type Talk } from '../../../kernel/ports/index.ts'
import { createPace } from '../../pace/index.ts'
import { underLease, withAdmin } from '../../server/index.ts'
import {
  type ConfirmStores,
  compareStores,
  confirmStorePruning,
  describedStore,
  type Looking,
  observeStores,
  type Served,
  siteOfStores,
  storeDifference,
  storesOf,
  tenancyOfStores,
  waitForStores,
} from '../../stores/index.ts'
import {
  allButUnmet,
  type Proving,
  proveIdentities,
  provenShape,
  rightsChanged,
  summed,
  twinsLeft,
  unmetShape,
} from '../../tenancy/index.ts'
import { type Made, untilMade } from './until-made.ts'

/** What was made and changed. */
export const storesApplied = z.strictObject({
  layout: z.literal('store-per-environment'),
  changed: z.array(storeDifference),
  /** What the file wants, and cannot be had. */
  unmet: z.array(unmetShape),
  /** Identities whose rights changed: what they must not do was tried, so many times. */
  proven: z.array(provenShape),
  /** Stores that External Secrets Operator did not call ready in time. */
  unready: z.array(unmetShape),
})
export type StoresApplied = z.infer<typeof storesApplied>

/** What the verb is asked. */
export interface StoresApplyRequest {
  /** The site's name. */
  readonly site: string
  readonly tenancy: Tenancy
  /** Slugs of projects whose stores that the file does not have are deleted. */
  readonly prune: readonly string[]
}

type Host = Pick<SiteHost, 'cluster' | 'infisical' | 'clock' | 'random'>

/**
 * Makes the stores of a tenancy file, and waits until External Secrets Operator calls them ready. Credentials that log
 * in stay; deleted is only what was named to be pruned, once `confirm` has let it. The same lease is held as by an
 * apply of the tenancy.
 * @throws SealiftError TENANCY_INVALID, NOT_INSTALLED, FOREIGN_INSTALL, SITE_BUSY, SERVER_FAILED, CLUSTER_*
 */
export async function applyStoresOf(
  request: StoresApplyRequest,
  host: Host & Pick<SiteHost, 'operator'>,
  talk: Talk,
  confirm: ConfirmStores,
): Promise<StoresApplied> {
  return await applyBy(request, host, talk, confirm, work => underLease(host, talk, work))
}

/** The same for whoever knows that nobody else is at work on the site. */
export async function applyStoresAlone(
  request: StoresApplyRequest,
  host: Host,
  talk: Talk,
  confirm: ConfirmStores,
): Promise<StoresApplied> {
  return await applyBy(request, host, talk, confirm, work => work(talk))
}

type Work = (talk: Talk) => Promise<StoresApplied>

/** Finds server and namespaces, and does all of it as `hold` lets it. */
async function applyBy(
  request: StoresApplyRequest,
  host: Host,
  { signal }: Talk,
  confirm: ConfirmStores,
  hold: (work: Work) => Promise<StoresApplied>,
): Promise<StoresApplied> {
  const { layout, serve } = storesOf(request.tenancy)
  return await withAdmin(request.site, host, signal, async (session, infisical, where) => {
    const at = { infisical, session, site: siteOfStores(where) }
    return await hold(async talk => ({ layout, ...(await applyTo(at, serve, request, host, talk, confirm)) }))
  })
}

async function applyTo(
  { infisical, session, site }: Pick<Looking, 'infisical' | 'session' | 'site'>,
  serve: readonly Served[],
  { tenancy, prune }: StoresApplyRequest,
  { cluster, clock, random }: Host,
  { reporter, signal }: Talk,
  confirm: ConfirmStores,
): Promise<Omit<StoresApplied, 'layout'>> {
  const pace = createPace(clock, signal, text => reporter.warn(text))
  const looking: Looking = { cluster, infisical, session, pace, site }
  const look = async () => {
    const observed = await observeStores(tenancy, serve, looking)
    return { observed, comparison: compareStores(tenancy, serve, observed, site) }
  }
  const first = await asStep(reporter, 'Compare the stores with the file', look, ({ comparison }) =>
    summed(comparison.actions),
  )
  const pruned = await confirmStorePruning(prune, first.comparison.extras, tenancy, confirm)
  const patience = (progress: (detail: string) => void) => ({ clock, signal, progress })
  const made = await asStep(
    reporter,
    'Make the stores as the file says',
    say => untilMade(first, look, pruned, { ...looking, patience: patience(say) }),
    ({ done }) => (done.length === 0 ? 'they are already' : `${done.length} done`),
  )
  const known = { projects: made.projects, identities: made.observed.server.identities }
  const proving = { infisical, session, pace, clock, random, signal, known }
  const tried = await asStep(reporter, 'Try what identities must not do', () =>
    proveChanged(tenancy, made, proving),
  )
  const unready = await asStep(
    reporter,
    'Wait until the stores are ready',
    say => waitForStores(cluster, made.stores, patience(say)),
    found => (found.length === 0 ? `${made.stores.length} ready` : `${found.length} are not`),
  )
  return {
    ...{ changed: made.done.map(describedStore), unready, proven: tried.proven },
    unmet: [...made.comparison.unmet, ...tried.unmet],
  }
}

/** Proves whose rights changed; where a killed run has left a twin, all of them: what it has not proven is not known. */
async function proveChanged(
  tenancy: Tenancy,
  { done, comparison, observed }: Made,
  proving: Proving,
): ReturnType<typeof proveIdentities> {
  const wanted = asFarAsThere(tenancyOfStores(tenancy, comparison.serve), observed.server.projects)
  const names = rightsChanged(done)
  const left = twinsLeft(proving.known.identities).length > 0
  const changed = (wanted.identities ?? []).filter(identity => left || names.has(identity.name))
  if (changed.length === 0 && !left) return { proven: [], unmet: [] }
  return await proveIdentities(changed, wanted, proving)
}

/** A tenancy with the environments that are there: of another one the server tells nobody whether they may read it. */
function asFarAsThere(tenancy: Tenancy, there: Made['observed']['server']['projects']): Tenancy {
  const has = (project: string, environment: string) =>
    there.get(project)?.environments.some(({ slug }) => slug === environment) ?? false
  const projects = tenancy.projects.map(project => ({
    ...project,
    environments: project.environments.filter(environment => has(project.slug, environment)),
  }))
  return { ...tenancy, projects }
}

/** The error that ends an apply which could not do all of it. @returns undefined when it could */
export function storesFault({ unmet, unready }: StoresApplied): SealiftError | undefined {
  if (unready.length > 0)
    return new SealiftError('PROOF_FAILED', `${count(unready.length, 'store')} did not become ready`, {
      faults: [...unmet, ...unready].map(({ name, why }) => `${name}: ${why}`),
      hints: ["look at External Secrets Operator's log, and whether it reaches Infisical"],
    })
  return allButUnmet(unmet)
}
