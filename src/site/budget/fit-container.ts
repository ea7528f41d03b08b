import * as z from 'zod'
import { infisicalName } from '../../kernel/access/index.ts'
import { type BudgetRow, budgetAmount } from '../check/index.ts'
import type { Observation } from './history.ts'
import { isPastBoot, type RestingAt } from './rest.ts'

const mebi = 1024 * 1024

const setting = budgetAmount.extend({ memoryLimit: z.number().exactOptional(), replicas: z.number() })

/** What one container requests and is limited to in one pod, and would be. */
export const fittedContainer = z.strictObject({
  chart: z.string(),
  object: z.string(),
  container: z.string(),
  /** Where it is declared. */
  field: z.string(),
  /** Whether it would be left out, as the user agrees to. */
  left: z.boolean(),
  before: setting,
  after: setting,
  /** What it rests on: the most that was observed at rest, the highest peak, and in how many observations. */
  rest: z.number(),
  /** What it is to take at rest as it would be: that, or what a server with another heap was measured to take. */
  expected: z.number(),
  /** Whether what it rests on was at rest: long enough after a start, and at little CPU; absent where nothing was observed. */
  resting: z.boolean().exactOptional(),
  peak: z.number().exactOptional(),
  observations: z.number(),
})
export type FittedContainer = z.infer<typeof fittedContainer>

/** What is known of Infisical's server beside what was observed; memory in bytes, CPU in millicores. */
export interface ServerGround {
  /** What it was measured to take at rest, where it will run with another heap than was observed. */
  readonly rest?: number
  /** What it was measured to take at its peak. */
  readonly peak: number
  /** What it will take beyond what was observed, for refreshes. */
  readonly moreCpu: number
}

// Requests and limits are written in steps, so that a look on another day proposes the same.
const step = 4 * mebi
/** What a boot and a load may take beyond what was seen, of a limit and of CPU. */
const spare = 1.1
// A tenth of little is nothing: External Secrets Operator grows with its objects, and a limit costs the budget nothing.
const leastSpare = 64 * mebi
// A boot of Infisical takes 1.5 cores for twenty seconds: with a smaller share it misses its readiness on a busy node.
const serversCpu = 100
const leastCpu = 5
/** A container that uses more is not at rest, and neither is one in its boot. */
const restingCpu = 100

/** The smallest honest setting of a container by its row and what was observed before; as it is, where nothing was. */
export function fitContainer(
  row: BudgetRow,
  earlier: readonly Observation[],
  server: ServerGround,
  left: boolean,
  resting: RestingAt,
): FittedContainer {
  const { chart, object, container, field, limit, observed, since, replicas = 1 } = row
  // Figures of a row are of all its pods together: one of two is what fits.
  const pods = Math.max(1, replicas)
  const ofOne = (amount: number) => Math.round(amount / pods)
  const amounts = { memory: ofOne(row.memory), cpu: ofOne(row.cpu), replicas }
  const before = { ...amounts, ...(limit?.memory === undefined ? {} : { memoryLimit: ofOne(limit.memory) }) }
  const seen = earlier.flatMap(({ at, containers }) =>
    containers
      .filter(one => one.object === object && one.container === container)
      .map(one => ({ ...one, at: Date.parse(at) })),
  )
  const now = observed === undefined ? [] : [{ ...observed, since, at: resting.at }]
  const atRest = [...now, ...seen].filter(
    ({ cpu, since, at }) => cpu / pods <= restingCpu && isPastBoot(since, { ...resting, at }),
  )
  const measured = atRest.length > 0 ? atRest : now
  const rest = ofOne(Math.max(0, ...measured.map(one => one.memory)))
  const peaks = [row.peak, ...seen.map(one => one.peak)].flatMap(peak =>
    peak === undefined ? [] : [ofOne(peak)],
  )
  const own = isServer(row) ? server : undefined
  const expected = rest === 0 ? 0 : (own?.rest ?? rest)
  const about = {
    ...{ chart, object, container, field, left, before, rest, expected },
    observations: now.length + seen.length,
    ...(peaks.length === 0 ? {} : { peak: Math.max(...peaks) }),
    ...(measured.length === 0 ? {} : { resting: atRest.length > 0 }),
  }
  if (rest === 0) return { ...about, after: before }
  // Peaks of another heap say nothing of this one.
  const highest = Math.max(expected, own?.peak ?? 0, ...(own?.rest === undefined ? peaks : []))
  const used = (Math.max(...measured.map(one => one.cpu)) / pods) * spare + (own?.moreCpu ?? 0)
  return {
    ...about,
    after: {
      memory: up(expected, step),
      cpu: Math.max(own === undefined ? leastCpu : serversCpu, up(used, 5)),
      replicas: Math.min(1, replicas),
      memoryLimit: up(Math.max(highest * spare, highest + leastSpare), step),
    },
  }
}

const up = (amount: number, to: number): number => Math.ceil(amount / to) * to

/** Whether it is Infisical's server. */
export const isServer = ({ object }: Pick<BudgetRow, 'object'>): boolean =>
  object === `Deployment/${infisicalName}`

/** Whether it is External Secrets Operator's webhook, or the controller of its certificates. */
export const isWebhook = ({ object }: Pick<BudgetRow, 'object'>): boolean =>
  /^Deployment\/.*-(webhook|cert-controller)$/.test(object)
