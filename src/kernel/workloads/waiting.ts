import { fieldsOf, isMapping, mappingsOf, textsIn } from '../objects/index.ts'
import { conditionsOf, timeOfEvent } from '../owned/index.ts'
import { type Cluster, isTerminating, type KubernetesObject, kinds } from '../ports/index.ts'
import { creationTrouble } from './pod-trouble.ts'
import { redacted } from './redacted.ts'

/** A line on a pod, and how much it tells: what stops it, a warning, or only how far it is. */
interface Awaited {
  readonly line: string
  readonly rank: number
}

/** How a container waits that is only on its way. */
const usual = ['ContainerCreating', 'PodInitializing']

/**
 * What the pods of a namespace that are not up wait for, what tells most first: what cannot be made at all, what has no
 * node, what a container waits for, else the pod's newest event, each with what looks like a secret taken out. Never a line
 * of a log: Kubernetes's own words are of pods, a program's may be of anything, and nothing has failed yet.
 * @throws SealiftError CLUSTER_*
 */
export async function awaited(cluster: Pick<Cluster, 'list'>, namespace: string): Promise<string[]> {
  const pods = (await cluster.list(kinds.pod, namespace)).filter(pod => !isTerminating(pod) && !isUp(pod))
  const events = pods.length === 0 ? [] : await cluster.list(kinds.event, namespace)
  const lines = pods.map(pod => stateOf(pod, events)).sort((a, b) => a.rank - b.rank)
  return [...(await creationTrouble(cluster, namespace)), ...lines.map(({ line }) => line)]
}

function isUp(pod: KubernetesObject): boolean {
  const { phase } = fieldsOf(pod['status'])
  if (phase === 'Succeeded') return true
  return conditionsOf(pod).some(({ type, status }) => type === 'Ready' && status === 'True')
}

function stateOf(pod: KubernetesObject, events: readonly KubernetesObject[]): Awaited {
  const { name } = pod.metadata
  const told = (what: string, rank: number) => ({ line: redacted(`pod ${name}${what}`), rank })
  const unscheduled = conditionsOf(pod).find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  )
  if (unscheduled) return told(`: no node for it: ${unscheduled.message}`, 0)
  const waiting = statusesOf(pod).flatMap(({ name: container, state }) => {
    const { waiting } = fieldsOf(state)
    const { reason, message } = textsIn(waiting)
    return reason === undefined ? [] : [{ container: String(container), reason, message }]
  })
  const stuck = waiting.find(({ reason }) => !usual.includes(reason))
  if (stuck) {
    const why = stuck.message === undefined ? '' : `: ${stuck.message}`
    return told(`, ${stuck.container}: ${stuck.reason}${why}`, 0)
  }
  const newest = events
    .filter(event => isAbout(event, pod))
    .sort((a, b) => timeOfEvent(a).localeCompare(timeOfEvent(b)))
    .at(-1)
  if (newest !== undefined) {
    const { reason = '', message = '', type } = textsIn(newest)
    return told(`: ${reason}: ${message}`, type === 'Warning' ? 1 : 2)
  }
  const { phase = 'Pending' } = textsIn(pod['status'])
  return told(`: ${waiting[0]?.reason ?? (phase === 'Running' ? 'runs, and is not ready yet' : phase)}`, 2)
}

function statusesOf(pod: KubernetesObject) {
  const { initContainerStatuses, containerStatuses } = fieldsOf(pod['status'])
  return [...mappingsOf(initContainerStatuses), ...mappingsOf(containerStatuses)].filter(({ state }) =>
    isMapping(state),
  )
}

function isAbout(event: KubernetesObject, { metadata: { name, uid } }: KubernetesObject): boolean {
  const involved = fieldsOf(event['involvedObject'])
  return involved['kind'] === kinds.pod.kind && involved['name'] === name && (involved['uid'] || uid) === uid
}
