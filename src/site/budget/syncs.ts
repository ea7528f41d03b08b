import * as z from 'zod'
import { fieldsOf, mappingsOf, refreshSeconds, textsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'

/**
 * What a refresh costs, measured with External Secrets Operator 2.9.0 on a K3s with SQLite in November 2026: with one worker
 * 1.2 a second, with eight 9.5, since each lists Secrets at the API server; at 9.5 a second Infisical took 644m.
 */
export const refreshCost = {
  /** Log in, read, revoke. */
  requests: 3,
  /** Refreshes that one worker does in a second. */
  perWorker: 1.2,
  /** Millicores of Infisical for one refresh a second. */
  cpu: 68,
} as const

/** More workers than that were not measured. */
export const mostWorkers = 8
/** Share of what the workers can do that is planned with: the rest takes up what comes late. */
const planned = 0.8

/** What the ExternalSecrets of a site ask for, and what comes of it. Rates are a second, ages seconds. */
export const syncLoad = z.strictObject({
  /** ExternalSecrets, and those of them that are refreshed from time to time. */
  externalSecrets: z.number(),
  periodic: z.number(),
  /** The shortest interval among them; absent without any. */
  shortest: z.number().exactOptional(),
  /** What their intervals ask for, and the requests at Infisical that it takes. */
  refreshes: z.number(),
  requests: z.number(),
  /** What External Secrets Operator's workers can do: `concurrent` of its chart. */
  concurrent: z.number(),
  capacity: z.number(),
  /** Millicores that Infisical takes for what is really done. */
  cpu: z.number(),
  /** How old a secret gets before it is read again, as its interval says and as is to be expected. */
  expectedAge: z.number().exactOptional(),
  /** How old the oldest is now by its status, beyond its own interval; absent where none is late. */
  late: z.number().exactOptional(),
  /** Seconds for the first fill of all of them. */
  fill: z.number(),
})
export type SyncLoad = z.infer<typeof syncLoad>

/** What ExternalSecrets ask for, by their intervals and their status. @param now milliseconds since 1970 */
export function loadOf(objects: readonly KubernetesObject[], concurrent: number, now: number): SyncLoad {
  const intervals: { readonly seconds: number; readonly age?: number }[] = objects.flatMap(object => {
    const { refreshInterval, refreshPolicy } = fieldsOf(object['spec'])
    const seconds = refreshSeconds(refreshInterval)
    const once = refreshPolicy === 'CreatedOnce' || refreshPolicy === 'OnChange' || seconds <= 0
    const { refreshTime } = textsIn(object['status'])
    const age = (now - Date.parse(refreshTime ?? '')) / 1000
    return once ? [] : [{ seconds, ...(Number.isFinite(age) ? { age } : {}) }]
  })
  const capacity = concurrent * refreshCost.perWorker
  const refreshes = intervals.reduce((sum, { seconds }) => sum + 1 / seconds, 0)
  const done = Math.min(refreshes, capacity)
  const shortest = intervals.reduce(
    (least, { seconds }) => Math.min(least, seconds),
    Number.POSITIVE_INFINITY,
  )
  const late = intervals.reduce((most, { seconds, age = 0 }) => Math.max(most, age - seconds), 0)
  const round = intervals.length / capacity
  return {
    ...{ externalSecrets: objects.length, periodic: intervals.length },
    ...(intervals.length === 0
      ? {}
      : { shortest, expectedAge: refreshes <= capacity ? shortest : Math.max(shortest, round) }),
    ...{ refreshes, requests: refreshes * refreshCost.requests, concurrent, capacity },
    cpu: done * refreshCost.cpu,
    // What comes a moment after its time is not late.
    ...(late > 5 ? { late } : {}),
    fill: objects.length / capacity,
  }
}

/** The fewest workers that keep the intervals with something in hand; as many as were measured where none do. */
export function workersFor({ refreshes }: Pick<SyncLoad, 'refreshes'>): number {
  return Math.min(mostWorkers, Math.max(1, Math.ceil(refreshes / (refreshCost.perWorker * planned))))
}

/** Workers of the controller that runs: `--concurrent=N` among its arguments, 1 without. */
export function concurrentIn(deployments: readonly KubernetesObject[]): number {
  const containers = deployments.flatMap(deployment =>
    mappingsOf(fieldsOf(fieldsOf(fieldsOf(deployment['spec'])['template'])['spec'])['containers']),
  )
  const words = containers.flatMap(({ command, args }) =>
    [command, args].flatMap(list => (Array.isArray(list) ? list.map(String) : [])),
  )
  const found = /(?:^|\n)--concurrent[=\n](\d{1,3})(?:\n|$)/.exec(words.join('\n'))?.[1]
  return Math.max(1, Number(found ?? 1))
}
