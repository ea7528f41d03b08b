import * as z from 'zod'
import { managed, systemNamespace } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { lineDigest } from '../../kernel/history/index.ts'
import { jsonIn, textsIn } from '../../kernel/objects/index.ts'
import { type Digest, digestShape } from '../../kernel/oci/index.ts'
import { type Cluster, kinds } from '../../kernel/ports/index.ts'
import { type BudgetAccount, budgetAmount } from '../check/index.ts'

const container = budgetAmount.extend({
  object: z.string(),
  container: z.string(),
  /** What it requests and is limited to, of all its pods together. */
  requests: budgetAmount,
  memoryLimit: z.number().exactOptional(),
  peak: z.number().exactOptional(),
  since: z.string().exactOptional(),
  restarts: z.number().exactOptional(),
})

/** What was observed of a site at one time. Memory in bytes, CPU in millicores. Holds no secret. */
export const observation = z.object({
  /** ISO time. */
  at: z.string(),
  /** Identity of the bundle that was installed. */
  bundle: digestShape,
  /** Seconds that use was measured for; the highest figures count. */
  window: z.number(),
  budget: budgetAmount,
  declared: budgetAmount,
  observed: budgetAmount,
  /** V8's heap in MiB that Infisical's server ran with. */
  heap: z.number().exactOptional(),
  /** ExternalSecrets, and the refreshes a second that they asked for. */
  externalSecrets: z.number().exactOptional(),
  refreshes: z.number().exactOptional(),
  containers: z.array(container),
  /**
   * What `budget fit` proposed then: requests of all pods of a container together, or that it be left out. `rest` is the
   * memory that it said for them at rest, which the request is rounded up from.
   */
  fit: z
    .array(
      budgetAmount.extend({
        ...{ object: z.string(), container: z.string(), left: z.boolean() },
        rest: z.number().exactOptional(),
      }),
    )
    .exactOptional(),
})
export type Observation = z.infer<typeof observation>

const name = 'sealift-budget'
const field = 'observations.jsonl'
// One has less than a kilobyte: a year of days, or nearly a week of half hours, far below what etcd takes.
const mostLines = 366
const mostBytes = 512 * 1024
const tries = 4

/** What is noted of a budget's account. */
export function observationOf(
  { budget, declared, observed, rows }: BudgetAccount,
  about: Pick<Observation, 'at' | 'bundle' | 'window'> &
    Partial<Pick<Observation, 'heap' | 'externalSecrets' | 'refreshes'>>,
): Observation {
  return {
    ...about,
    ...{ budget, declared, observed },
    containers: rows.flatMap(
      ({ object, container, memory, cpu, limit, observed: used, peak, since, restarts }) =>
        used === undefined
          ? []
          : [
              {
                ...{ object, container, ...used, requests: { memory, cpu } },
                ...(limit?.memory === undefined ? {} : { memoryLimit: limit.memory }),
                ...(peak === undefined ? {} : { peak }),
                ...(since === undefined ? {} : { since }),
                ...(restarts === undefined ? {} : { restarts }),
              },
            ],
    ),
  }
}

/** What was observed of a site, oldest first; lines that somebody has spoilt are left out. @throws SealiftError CLUSTER_* */
export async function observations(cluster: Pick<Cluster, 'get'>): Promise<Observation[]> {
  return (await stored(cluster)).lines.flatMap(line => observation.safeParse(jsonIn(line)).data ?? [])
}

/**
 * Notes what was observed in ConfigMap `sealift-budget`, behind what is there; the oldest go where it would get too large.
 * Two who note at once both are heard. Gives the digest of its line, by which the audit log can name it.
 * @throws SealiftError CLUSTER_*
 */
export async function noteObservation(
  cluster: Pick<Cluster, 'get' | 'apply'>,
  noted: Observation,
): Promise<Digest> {
  const line = JSON.stringify(noted)
  for (let left = tries; ; left--) {
    const { lines, version } = await stored(cluster)
    const all = [...lines, line].slice(-mostLines)
    while (all.length > 1 && bytesOf(all) > mostBytes) all.shift()
    try {
      await cluster.apply({
        ...kinds.configMap,
        metadata: {
          ...{ name, namespace: systemNamespace, labels: managed },
          ...(version === undefined ? {} : { resourceVersion: version }),
        },
        data: { [field]: all.map(line => `${line}\n`).join('') },
      })
      return lineDigest(line)
    } catch (error) {
      const raced = error instanceof SealiftError && error.code === 'CLUSTER_FAILED'
      if (!raced || left <= 1 || (await stored(cluster)).version === version) throw error
    }
  }
}

const bytesOf = (lines: readonly string[]) =>
  lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)

async function stored(cluster: Pick<Cluster, 'get'>) {
  const object = await cluster.get(kinds.configMap, name, systemNamespace)
  const text = textsIn(object?.['data'])[field] ?? ''
  const version = textsIn(object?.metadata)['resourceVersion']
  return { lines: text.split('\n').filter(line => line !== ''), version }
}

/** The observations so far in a few figures; bytes. */
export const budgetHistory = z.strictObject({
  observations: z.number(),
  /** ISO times of the first and the last. */
  since: z.string(),
  until: z.string(),
  /** Observed memory of all together: the least, the most, and that of the last before this one. */
  least: z.number(),
  most: z.number(),
  before: z.number().exactOptional(),
})
export type BudgetHistory = z.infer<typeof budgetHistory>

/** Sums up observations, oldest first; nothing of none. */
export function historyOf(all: readonly Observation[]): BudgetHistory | undefined {
  const [first, last] = [all.at(0), all.at(-1)]
  if (first === undefined || last === undefined) return undefined
  const memory = all.map(({ observed }) => observed.memory)
  const before = memory.at(-2)
  return {
    ...{ observations: all.length, since: first.at, until: last.at },
    ...{ least: Math.min(...memory), most: Math.max(...memory) },
    ...(before === undefined ? {} : { before }),
  }
}
