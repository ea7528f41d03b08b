import { asStep, type SiteHost, type Talk } from '../../../kernel/ports/index.ts'
import { createPace, type Pace } from '../../pace/index.ts'
import {
  allServed,
  type ConfirmStores,
  compareStores,
  confirmStorePruning,
  describedStore,
  type Looking,
  observeStores,
  pushUnsaid,
  type StoreRemoval,
  waitForStores,
} from '../../stores/index.ts'
import { summed } from '../../tenancy/index.ts'
import { isOfSharing, letShare } from './let-share.ts'
import { beyond, type Proven, proveChanged } from './prove.ts'
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
  // Before anything is changed; what ESO has not said yet it says of the first store.
  const pushless = waitsForWord(first, run) ? [] : first.comparison.pushless
  for (const { name, why } of pushless) reporter.warn(`${name}: ${why}`)
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

/** Makes all of it, and what waits for that: of the first store that is ready ESO says whether it can push. */
async function make(
  first: Looked,
  pruned: (extras: readonly StoreRemoval[]) => StoreRemoval[],
  at: At,
  run: Run,
): Promise<Omit<StoresApplied, 'layout'>> {
  const begun = await round(first, pruned, at, run)
  const ended = waitsForWord(first, run) ? await round(await lookAt(at, run), pruned, at, run) : begun
  const rounds = ended === begun ? [begun] : [begun, ended]
  const { comparison } = ended.made
  return {
    ...{ changed: rounds.flatMap(({ made }) => made.done.map(describedStore)), unready: ended.unready },
    proven: rounds.flatMap(({ tried }) => tried.proven),
    ...{ foreign: [...comparison.foreign], doubts: [...comparison.doubts] },
    unmet: [...comparison.unmet, ...rounds.flatMap(({ tried }) => tried.unmet)],
  }
}

const waitsForWord = ({ observed }: Looked, { request }: Run) =>
  pushUnsaid(allServed(request.tenancy), observed)

interface Round {
  readonly made: Made
  readonly tried: Proven
  readonly unready: StoresApplied['unready']
}

async function round(
  first: Looked,
  pruned: (extras: readonly StoreRemoval[]) => StoreRemoval[],
  at: At,
  run: Run,
): Promise<Round> {
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
  return { made, tried, unready }
}
