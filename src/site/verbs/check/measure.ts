import type { ContainerUsage, SiteHost, Talk } from '../../../kernel/ports/index.ts'
import {
  type BudgetHistory,
  historyOf,
  judgeIntervals,
  loadNow,
  noteObservation,
  observationOf,
  observations,
  type SyncLoad,
  serverNow,
  usageOver,
} from '../../budget/index.ts'
import { aroundOf, type BudgetAccount, observeBudget, type Verdict } from '../../check/index.ts'
import type { Receipt } from '../../install/index.ts'
import { heapIn } from '../../wire/index.ts'
import { looked } from './looked.ts'

/** What is to be measured: seconds, and Infisical's namespace where it is known. */
export interface MeasuringBudget {
  readonly window: number
  readonly receipt: Receipt
  readonly infisical: string | undefined
  readonly record: boolean
}

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
  { window, receipt, infisical, record }: MeasuringBudget,
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
        // Nothing in the place of what is not known: later looks would take it for a figure.
        if (usage.length === 0)
          return {
            ...{ id, ok: false, message: 'nothing was measured, and nothing is noted' },
            hint: 'look at the verdict usage; a kubelet that has just started measures after some seconds',
          }
        const heap = heapIn((await serverNow(cluster, infisical))?.options ?? '')
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
