import * as z from 'zod'
import type { Cluster } from '../../kernel/ports/index.ts'
import { podsByAddress, type Run, whereRuns } from './pods.ts'
import { type Request, readRequests } from './requests.ts'

/** How far one run's log reaches. */
export const logReach = z.strictObject({
  pod: z.string(),
  container: z.string(),
  /** The run that goes on, or the one before it that ended. */
  run: z.enum(['present', 'previous']),
  /** When the run began, as the cluster says. */
  startedAt: z.string().optional(),
  /** When the first line was written that the cluster still has. */
  reachesTo: z.string().optional(),
  requests: z.number(),
  /** Kubelet's probes of the server's health, which are left out. */
  probes: z.number(),
  /** What is missing, and why, a sentence each. */
  missing: z.array(z.string()),
})
export type LogReach = z.infer<typeof logReach>

/** A request, the run that logged it, and the pod that has its address now. */
export type LoggedRequest = Request & Pick<Run, 'pod' | 'container' | 'run'> & { readonly fromPod?: string }

// Kubelet keeps 10 MiB of a run unless it was told otherwise, and gives what it has not put aside yet.
const most = 48 * 1024 * 1024
/** Milliseconds after its start in which a server has written its first line. */
const quiet = 60_000

/**
 * The requests that the logs of a server's pods have of a time, in the order in which they came, and how far each log
 * reaches. Where a log is larger than is read, all end before its last line that was, and `until` says when.
 * @param from in milliseconds since 1970, as `until`, which is not in it @throws SealiftError CLUSTER_*
 */
export async function requestsOf(
  cluster: Cluster,
  namespace: string,
  from: number,
  until: number,
): Promise<{ requests: readonly LoggedRequest[]; logs: readonly LogReach[]; until: number }> {
  const names = await podsByAddress(cluster)
  const requests: LoggedRequest[] = []
  const logs: LogReach[] = []
  let reached = until
  for (const found of await whereRuns(cluster, namespace)) {
    const { pod, container, run, startedAt } = found
    const place = { namespace, pod, container }
    const head = readRequests(await cluster.timedLog(place, run, 200), 0, 0).first
    const text = await cluster.timedLog(place, run, most, new Date(from))
    const read = readRequests(text, from, until)
    const isCut = Buffer.byteLength(text) >= most
    if (isCut) reached = Math.min(reached, Math.max(from + 1, read.last ?? until))
    for (const request of read.requests) {
      const fromPod = request.from === undefined ? undefined : names.get(request.from)
      requests.push({ ...request, pod, container, run, ...(fromPod === undefined ? {} : { fromPod }) })
    }
    logs.push({
      ...{ pod, container, run, requests: read.requests.length, probes: read.probes },
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(head === undefined ? {} : { reachesTo: head }),
      missing: missingOf(found, head, from, isCut),
    })
  }
  const within = requests.filter(({ time }) => Date.parse(time) < reached)
  return {
    requests: within.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)),
    logs,
    until: reached,
  }
}

function missingOf(
  { startedAt, isFirst, lost }: Run,
  head: string | undefined,
  from: number,
  isCut: boolean,
): string[] {
  const began = Date.parse(startedAt ?? '')
  const due = Math.max(from, Number.isNaN(began) ? from : began) + quiet
  return [
    ...(lost > 0 ? [`${lost} earlier runs of this container: their logs are gone`] : []),
    ...(isFirst && lost === 0 && began > from
      ? [`before ${startedAt} this pod did not run; pods that are gone took their logs with them`]
      : []),
    ...(head !== undefined && Date.parse(head) > due
      ? [`before ${head}: kubelet has put the lines aside`]
      : []),
    ...(isCut
      ? ['the newest lines: the log is larger than 48 MiB; another export with --after goes on there']
      : []),
  ]
}
