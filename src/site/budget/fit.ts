import * as z from 'zod'
import { type BudgetAccount, budgetAmount } from '../check/index.ts'
import { heapIn, leastHeap, type ServerSetting, savesMemory } from '../wire/index.ts'
import { type FittedContainer, fitContainer, fittedContainer, isWebhook } from './fit-container.ts'
import type { Observation } from './history.ts'
import type { RestingAt } from './rest.ts'
import { refreshCost, type SyncLoad, workersFor } from './syncs.ts'

const mebi = 1024 * 1024

/** A choice, what it saves in bytes where that is known, and what it gives up. */
const choice = z.strictObject({ choice: z.string(), saves: z.number().exactOptional(), givesUp: z.string() })
type Choice = z.infer<typeof choice>

/** The smallest honest setting for a site. */
export const budgetFit = z.strictObject({
  containers: z.array(fittedContainer),
  /** V8's heap for Infisical in MiB, as it is and would be. */
  heap: z.strictObject({ before: z.number().exactOptional(), after: z.number() }),
  /** Whether Infisical saves memory now (`memory.saving`); it would. */
  saving: z.boolean(),
  /** Workers of External Secrets Operator, as there are and would be. */
  concurrent: z.strictObject({ before: z.number(), after: z.number() }),
  /** Requests of all together as they would be, against the budget; and with what the user gives up. */
  total: budgetAmount,
  whole: budgetAmount,
  budget: budgetAmount,
  fits: z.boolean(),
  choices: z.array(choice),
})
export type BudgetFit = z.infer<typeof budgetFit>

/** What a fit rests on. */
export interface FitGround {
  readonly account: BudgetAccount
  /** What was observed before of the same bundle and heap. */
  readonly earlier: readonly Observation[]
  readonly server: ServerSetting | undefined
  readonly load: SyncLoad
  /** When the account is of, and what comes before rest. */
  readonly resting: RestingAt
  /** Who ended Infisical's run before this one for want of memory, where that was so. */
  readonly ended?: 'kernel' | 'heap' | undefined
  /** Whether the user gives up External Secrets Operator's webhook, and the controller of its certificates with it. */
  readonly withoutWebhook: boolean
}

/** The smallest honest setting by what was observed. Containers that were not measured stay as they are. */
export function fitBudget(given: FitGround): BudgetFit {
  const { account, earlier, server, load, resting, ended, withoutWebhook } = given
  const options = server?.options ?? ''
  const [saving, before, least] = [savesMemory(options), heapIn(options), leastHeap(true)]
  // Where it has died of its heap, a step more than it had then.
  const heap = ended === 'heap' && before !== undefined ? Math.max(least.heap, before + 64) : least.heap
  const workers = workersFor(load)
  const ground = {
    // Where it has reached its limit, nobody knows how far it would have come.
    peak: Math.max((heap + least.beyond) * mebi, ended === 'kernel' ? (server?.limit ?? 0) * 1.2 : 0),
    moreCpu: Math.max(
      0,
      Math.min(load.refreshes, workers * refreshCost.perWorker) * refreshCost.cpu - load.cpu,
    ),
    ...(saving && before === heap ? {} : { rest: (least.rest + Math.max(0, heap - least.heap)) * mebi }),
  }
  const containers = account.rows.map(row =>
    fitContainer(row, earlier, ground, withoutWebhook && isWebhook(row), resting),
  )
  const { budget } = account
  const total = sum(containers.filter(({ left }) => !left))
  return {
    ...{ containers, saving, concurrent: { before: load.concurrent, after: workers } },
    heap: { ...(before === undefined ? {} : { before }), after: heap },
    ...{ total, whole: sum(containers), budget },
    fits: total.memory <= budget.memory && total.cpu <= budget.cpu,
    choices: choices(containers, heap, saving, workers),
  }
}

function choices(
  containers: readonly FittedContainer[],
  heap: number,
  saving: boolean,
  workers: number,
): Choice[] {
  const webhook = containers.filter(isWebhook)
  const plain = leastHeap(false).rest - leastHeap(true).rest
  return [
    {
      choice: 'memory.saving: true in the site file',
      ...(saving ? {} : { saves: plain * mebi }),
      givesUp:
        'source lines in stack traces of Infisical; p95 of an answer 310 ms instead of 149 under 8 readers at once',
    },
    {
      choice: `memory.heapMiB: ${heap} in the site file`,
      givesUp: 'room for more at once: with 490 a server of July 2026 died of a listing of 10,000',
    },
    ...(webhook.length === 0
      ? []
      : [
          {
            choice: '--without-webhook',
            saves: sum(webhook).memory,
            givesUp:
              'validation at admission: a wrong ExternalSecret is let in, and says so at its first sync',
          },
        ]),
    ...(containers.every(({ before }) => before.replicas <= 1)
      ? []
      : [
          {
            choice: 'replicaCount: 1',
            saves: containers.reduce(
              (sum, { before }) => sum + Math.max(0, before.replicas - 1) * before.memory,
              0,
            ),
            givesUp:
              'an answer while the one pod is started anew, 20 to 35 s for Infisical; Secrets stay in Kubernetes meanwhile',
          },
        ]),
    {
      choice: `concurrent: ${workers}`,
      givesUp: 'CPU while there is much to refresh, for secrets that are no older than their intervals',
    },
  ]
}

function sum(containers: readonly FittedContainer[]) {
  return containers.reduce(
    (sum, { after }) => ({ memory: sum.memory + after.memory, cpu: sum.cpu + after.cpu }),
    { memory: 0, cpu: 0 },
  )
}
