import { infisicalName, keysSecretName, secretData } from '../../../kernel/access/index.ts'
import { type ContainerUsage, kinds, type SiteHost, type Talk } from '../../../kernel/ports/index.ts'
import {
  type BudgetHistory,
  concurrentIn,
  historyOf,
  judgeIntervals,
  loadOf,
  noteObservation,
  observationOf,
  observations,
  type SyncLoad,
} from '../../budget/index.ts'
import { aroundOf, type BudgetAccount, observeBudget, type Verdict } from '../../check/index.ts'
import type { Receipt } from '../../install/index.ts'
import { heapIn, liveSetting } from '../../wire/index.ts'
import { looked } from './looked.ts'
import { usageOver } from './usage-over.ts'

/** What was measured, and what is to be said of it. */
export interface MeasuredBudget {
  readonly budget: BudgetAccount
  readonly syncs?: SyncLoad
  readonly history?: BudgetHistory
  readonly verdicts: readonly Verdict[]
}

/**
 * Measures what is used over a window of seconds, and what ExternalSecrets ask for; with `record` it goes into the site's
 * history. @throws SealiftError CLUSTER_UNREACHABLE, INTERRUPTED
 */
export async function measureBudget(
  {
    window,
    receipt,
    record,
  }: { readonly window: number; readonly receipt: Receipt; readonly record: boolean },
  host: SiteHost,
  talk: Talk,
): Promise<MeasuredBudget> {
  const { cluster, clock } = host
  let usage: readonly ContainerUsage[] = []
  const unmeasured = await looked('usage', async () => {
    usage = await usageOver(window, host, talk.signal)
    return []
  })
  const budget = observeBudget(receipt, usage, await aroundOf(receipt, cluster, talk))
  let syncs: SyncLoad | undefined
  const intervals = await looked('eso/intervals', async () => {
    syncs = await loadNow(receipt, host)
    return syncs.externalSecrets === 0 ? [] : judgeIntervals(syncs, budget.budget)
  })
  let history: BudgetHistory | undefined
  const recorded = record
    ? await looked('budget/history', async id => {
        const heap = await heapNow(receipt, host)
        const noted = observationOf(budget, {
          ...{ at: new Date(clock.now()).toISOString(), bundle: receipt.bundle, window },
          ...(heap === undefined ? {} : { heap }),
          ...(syncs === undefined
            ? {}
            : { externalSecrets: syncs.externalSecrets, refreshes: syncs.refreshes }),
        })
        await noteObservation(cluster, noted)
        history = historyOf(await observations(cluster))
        return { id, ok: true, message: 'what was observed is noted on the site' }
      })
    : []
  return {
    budget,
    ...(syncs === undefined ? {} : { syncs }),
    ...(history === undefined ? {} : { history }),
    verdicts: [...unmeasured, ...intervals, ...recorded],
  }
}

/** What the ExternalSecrets of all teams ask for now, Sealift's own left out. */
async function loadNow({ lock }: Receipt, { cluster, clock }: SiteHost): Promise<SyncLoad> {
  const namespaces = [...new Set(lock.charts.map(chart => chart.namespace))]
  const [objects, ...deployments] = await Promise.all([
    cluster.list(kinds.externalSecret),
    ...namespaces.map(namespace => cluster.list(kinds.deployment, namespace)),
  ])
  const teams = objects.filter(({ metadata }) => !metadata.name.startsWith('sealift-check-'))
  return loadOf(teams, concurrentIn(deployments.flat()), clock.now())
}

/** V8's heap that Infisical runs with, where it can be told. */
async function heapNow({ lock }: Receipt, { cluster }: SiteHost): Promise<number | undefined> {
  for (const { namespace } of lock.charts) {
    const deployment = await cluster.get(kinds.deployment, infisicalName, namespace)
    const secret = deployment && (await cluster.get(kinds.secret, keysSecretName, namespace))
    const setting = deployment && secret && liveSetting(deployment, secretData(secret))
    if (setting !== undefined) return heapIn(setting.options)
  }
  return undefined
}
