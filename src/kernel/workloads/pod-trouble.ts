import { count, messageOf } from '../errors/index.ts'
import { countsIn, fieldsOf, isMapping, type Mapping, mappingsOf, textsIn } from '../objects/index.ts'
import { conditionsOf, timeOfEvent } from '../owned/index.ts'
import { type Cluster, isTerminating, type KubernetesObject, kinds, type LogRun } from '../ports/index.ts'
import { redacted } from './redacted.ts'

interface ContainerStatus {
  readonly name: string
  readonly ready: boolean
  readonly restartCount: number
  readonly waiting?: Readonly<Record<string, string>>
  /** How its run ended, and the run before. */
  readonly terminated?: Mapping
  readonly before?: Mapping
}

// A crash may print a stack of a dozen lines behind the one that says why.
const linesOf = { running: 5, crashed: 20 }

/**
 * Why pods of a namespace are not ready: what cannot be made at all, state, exit codes and last log lines, with what
 * looks like a secret taken out. Never throws: it is read for the sake of another error.
 */
export async function podTrouble(cluster: Cluster, namespace: string): Promise<string[]> {
  const lines: string[] = []
  try {
    lines.push(...(await creationTrouble(cluster, namespace)))
    for (const pod of await cluster.list(kinds.pod, namespace))
      lines.push(...(await troubleOf(pod, cluster, namespace)))
  } catch (error) {
    lines.push(redacted(`pods of namespace ${namespace} could not be read: ${messageOf(error)}`))
  }
  return lines
}

async function troubleOf(pod: KubernetesObject, cluster: Cluster, namespace: string): Promise<string[]> {
  const { name } = pod.metadata
  const lines: string[] = []
  const unscheduled = conditionsOf(pod).find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  )
  if (unscheduled) lines.push(redacted(`pod ${name}: no node for it: ${unscheduled.message}`))
  for (const status of troubledOf(pod)) {
    const { waiting, terminated, before } = status
    const ended = terminated ?? before
    const parts = [
      waiting ? `${waiting['reason']}${waiting['message'] ? `: ${waiting['message']}` : ''}` : 'not ready',
      status.restartCount > 0 ? count(status.restartCount, 'restart') : '',
      ended ? `last exit ${countsIn(ended)['exitCode']} (${textsIn(ended)['reason']})` : '',
    ]
    lines.push(redacted(`pod ${name}, ${status.name}: ${parts.filter(part => part !== '').join(', ')}`))
    for (const line of await lastLines(status, name, cluster, namespace))
      lines.push(redacted(`  log: ${line}`))
  }
  return lines
}

/**
 * Containers that are not as they should be, init containers first. Those that only wait for an init container say
 * nothing, unless they all do.
 */
function troubledOf(pod: KubernetesObject): readonly ContainerStatus[] {
  const { phase, initContainerStatuses, containerStatuses } = fieldsOf(pod['status'])
  // A Job's pod that has done its work is not ready, and all is well.
  if (phase === 'Succeeded') return []
  const all = [...mappingsOf(initContainerStatuses), ...mappingsOf(containerStatuses)].flatMap(statusOf)
  const notReady = all.filter(({ ready }) => !ready)
  const told = notReady.filter(({ waiting }) => waiting?.['reason'] !== 'PodInitializing')
  return told.length > 0 ? told : notReady
}

function statusOf({ name, ready, restartCount, state, lastState }: Mapping): ContainerStatus[] {
  if (typeof name !== 'string') return []
  const { waiting, terminated } = fieldsOf(state)
  const { terminated: before } = fieldsOf(lastState)
  const counted = {
    name,
    ready: ready === true,
    restartCount: typeof restartCount === 'number' ? restartCount : 0,
  }
  const runs = Object.entries({ terminated, before }).filter(([, one]) => isMapping(one))
  const waits = isMapping(waiting) ? { waiting: textsIn(waiting) } : {}
  return [{ ...counted, ...waits, ...Object.fromEntries(runs) }]
}

/** The log of the run that ended, which says why; of the present one where that has none. */
async function lastLines(
  { name, terminated, before }: ContainerStatus,
  pod: string,
  cluster: Cluster,
  namespace: string,
): Promise<string[]> {
  const crashed = terminated === undefined && before !== undefined
  const runs: readonly LogRun[] = crashed ? ['previous', 'present'] : ['present', 'previous']
  for (const run of runs) {
    const most = run === 'previous' || terminated ? linesOf.crashed : linesOf.running
    const log = await cluster.logs(namespace, pod, name, most, run).catch(() => '')
    const lines = log.split('\n').filter(text => text.trim() !== '')
    if (lines.length > 0) return lines
  }
  return []
}

const makers = [kinds.replicaSet, kinds.statefulSet, kinds.daemonSet, kinds.job]

/**
 * Why pods of a namespace cannot be made at all, an admission's or a quota's refusal: the newest such event of every
 * ReplicaSet, StatefulSet, DaemonSet and Job that still lacks pods, one line each, with what looks like a secret taken
 * out. @throws SealiftError CLUSTER_*
 */
export async function creationTrouble(cluster: Pick<Cluster, 'list'>, namespace: string): Promise<string[]> {
  const listed = await Promise.all(makers.map(kind => cluster.list(kind, namespace)))
  const lacking = listed.flat().filter(object => lacksPods(object) && !isTerminating(object))
  if (lacking.length === 0) return []
  const events = (await cluster.list(kinds.event, namespace)).filter(
    event => event['reason'] === 'FailedCreate',
  )
  return lacking.flatMap(({ kind, metadata: { name, uid } }) => {
    const about = events.filter(event => {
      const involved = fieldsOf(event['involvedObject'])
      return involved['kind'] === kind && involved['name'] === name && (involved['uid'] || uid) === uid
    })
    const newest = about.sort((a, b) => timeOfEvent(a).localeCompare(timeOfEvent(b))).at(-1)
    return newest === undefined
      ? []
      : [redacted(`${kind} ${name} cannot make pods: ${textsIn(newest)['message']}`, 700)]
  })
}

/** Whether a controller has fewer pods than it wants (apps/v1, batch/v1). */
function lacksPods(object: KubernetesObject): boolean {
  const spec = countsIn(object['spec'])
  const status = countsIn(object['status'])
  if (object.kind === kinds.job.kind)
    return (
      !conditionsOf(object).some(({ type, status }) => type === 'Complete' && status === 'True') &&
      (status['active'] ?? 0) === 0
    )
  if (object.kind === kinds.daemonSet.kind)
    return (status['currentNumberScheduled'] ?? 0) < (status['desiredNumberScheduled'] ?? 0)
  return (status['replicas'] ?? 0) < (spec['replicas'] ?? 1)
}
