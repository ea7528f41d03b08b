import { storeIdentity } from '../../../kernel/access/index.ts'
import type { Tenancy } from '../../../kernel/inputs/index.ts'
import { asStep, type SiteHost, type Talk } from '../../../kernel/ports/index.ts'
import { lookOf, trialsBeyond } from '../../looking/index.ts'
import { createPace, type Pace } from '../../pace/index.ts'
import {
  allServed,
  type ConfirmStores,
  compareStores,
  confirmStorePruning,
  describedStore,
  type Looking,
  observeStores,
  type StoreRemoval,
  tenancyOfStores,
  waitForStores,
} from '../../stores/index.ts'
import { type Proving, proveIdentities, rightsChanged, summed, twinsLeft } from '../../tenancy/index.ts'
import { isOfSharing, letShare } from './let-share.ts'
import type { StoresApplied, StoresApplyRequest } from './shape.ts'
import { type Looked, type Made, untilMade } from './until-made.ts'

/** What the verb works with on a site. */
export type Host = Pick<SiteHost, 'cluster' | 'infisical' | 'clock' | 'random'>

type At = Pick<Looking, 'infisical' | 'session' | 'site'>

/** One run under way. */
interface Run {
  readonly request: StoresApplyRequest
  readonly host: Host
  readonly talk: Talk
  readonly pace: Pace
}

/**
 * Compares, asks, and makes all of it. Where projects are let share first, and the server started anew for that, it is
 * looked at again. @throws SealiftError TENANCY_INVALID, FOREIGN_INSTALL, SERVER_FAILED, CLUSTER_*
 */
export async function applyTo(
  at: At,
  request: StoresApplyRequest,
  host: Host,
  talk: Talk,
  confirm: ConfirmStores,
): Promise<Omit<StoresApplied, 'layout'>> {
  const { tenancy, prune } = request
  const { reporter, signal } = talk
  const pace = createPace(host.clock, signal, text => reporter.warn(text))
  const run = { request, host, talk, pace }
  const first = await asStep(
    reporter,
    'Compare the stores with the file',
    () => lookAt(at, run),
    ({ comparison }) => summed(comparison.actions),
  )
  const pruned = await confirmStorePruning(prune, first.comparison.extras, tenancy, confirm)
  const sharing = first.comparison.actions.filter(isOfSharing)
  if (sharing.length === 0) return await make(first, pruned, at, run)
  const { cluster, clock, infisical: connect } = host
  const letting = { ...at, cluster, clock, connect, pace, talk, name: request.site }
  return await letShare(sharing, letting, async (session, infisical) => {
    // What projects share is only told once they may.
    const again = { ...at, session, infisical }
    const made = await make(await lookAt(again, run), pruned, again, run)
    return { ...made, changed: [...sharing.map(describedStore), ...made.changed] }
  })
}

async function lookAt(at: At, { request, host, pace }: Run): Promise<Looked> {
  const { tenancy } = request
  const serve = allServed(tenancy)
  const observed = await observeStores(tenancy, serve, { cluster: host.cluster, pace, ...at })
  return { observed, comparison: compareStores(tenancy, serve, observed, at.site) }
}

async function make(
  first: Looked,
  pruned: (extras: readonly StoreRemoval[]) => StoreRemoval[],
  at: At,
  run: Run,
): Promise<Omit<StoresApplied, 'layout'>> {
  const { pace, request, host, talk } = run
  const { cluster, clock, random } = host
  const { reporter, signal } = talk
  const { tenancy } = request
  const patience = (progress: (detail: string) => void) => ({ clock, signal, progress })
  const made = await asStep(
    reporter,
    'Make the stores as the file says',
    say => untilMade(first, () => lookAt(at, run), pruned, { cluster, pace, ...at, patience: patience(say) }),
    ({ done }) => (done.length === 0 ? 'they are already' : `${done.length} done`),
  )
  const { infisical, session } = at
  const proving = { infisical, session, pace, clock, random, signal, ...beyond(tenancy, made) }
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
    foreign: [...made.comparison.foreign],
    unmet: [...made.comparison.unmet, ...tried.unmet],
  }
}

/** What is known of the server, and what to try beside: who reads for all teams must read in none of their projects. */
function beyond(tenancy: Tenancy, { projects, observed }: Made): Pick<Proving, 'known' | 'beyond'> {
  const { identities, all } = observed.server
  const ids = new Map([...all.map(({ slug, id }) => [slug, id] as const), ...projects])
  const [look, seen] = [lookOf(tenancy), observed.look?.observed]
  const known = { projects: ids, identities }
  if (look === undefined || seen === undefined) return { known }
  const trials = trialsBeyond(look, seen)
  return { known, beyond: new Map([[storeIdentity(look.project, look.environment), trials]]) }
}

/** Proves whose rights changed; where a killed run has left a twin, all of them: what it has not proven is not known. */
async function proveChanged(
  tenancy: Tenancy,
  { done, comparison, observed }: Made,
  proving: Proving,
): ReturnType<typeof proveIdentities> {
  const wanted = asFarAsThere(tenancyOfStores(tenancy, comparison.serve), {
    has: (project, environment) =>
      // The looking project is there by now.
      project === lookOf(tenancy)?.project ||
      (observed.server.projects.get(project)?.environments.some(({ slug }) => slug === environment) ?? false),
  })
  const names = rightsChanged(done)
  const left = twinsLeft(proving.known.identities).length > 0
  const changed = (wanted.identities ?? []).filter(identity => left || names.has(identity.name))
  if (changed.length === 0 && !left) return { proven: [], unmet: [] }
  return await proveIdentities(changed, wanted, proving)
}

/** A tenancy with the environments that are there: of another one the server tells nobody whether they may read it. */
function asFarAsThere(
  tenancy: Tenancy,
  { has }: { readonly has: (project: string, environment: string) => boolean },
): Tenancy {
  const projects = tenancy.projects.map(project => ({
    ...project,
    environments: project.environments.filter(environment => has(project.slug, environment)),
  }))
  return { ...tenancy, projects }
}
