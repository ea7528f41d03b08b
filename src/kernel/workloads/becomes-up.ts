import { fieldsOf, mappingsOf, textsIn } from '../objects/index.ts'
import { timeOfEvent } from '../owned/index.ts'
import { type Clock, type Cluster, type KubernetesObject, kinds } from '../ports/index.ts'

/** A pod of one container that was just made, and how long it may take to run. */
export interface Starting {
  readonly namespace: string
  readonly name: string
  readonly uid: string | undefined
  readonly milliseconds: number
  /** Ends the wait. */
  readonly signal?: AbortSignal
}

const interval = 250

/**
 * Waits for a pod: `up`, or why it will not be; of one that only waits, what the cluster says last of it, which may hold
 * what must not be shown. What is streamed into a pod, and what it says, is for the one that was made: another of its name is
 * told. @throws the signal's reason, SealiftError CLUSTER_*
 */
export async function becomesUp(
  { cluster, clock }: { readonly cluster: Pick<Cluster, 'get' | 'list'>; readonly clock: Clock },
  { namespace, name, uid, milliseconds, signal }: Starting,
): Promise<string> {
  for (const end = clock.now() + milliseconds; ; await clock.sleep(interval, signal)) {
    signal?.throwIfAborted()
    const pod = await cluster.get(kinds.pod, name, namespace)
    if (pod === undefined) return 'it was deleted'
    if (textsIn(pod.metadata)['uid'] !== uid) return 'another pod has its name'
    const state = stateOf(pod)
    if (state !== undefined) return state
    if (clock.now() >= end) break
  }
  const warnings = (await cluster.list(kinds.event, namespace))
    .filter(event => event['type'] === 'Warning' && textsIn(event['involvedObject'])['name'] === name)
    .toSorted((one, other) => timeOfEvent(one).localeCompare(timeOfEvent(other)))
  const { reason, message } = textsIn(warnings.at(-1))
  return said(reason ?? `it did not start within ${milliseconds / 1000} s`, message)
}

/** `up`, what is wrong, or nothing while it starts. */
function stateOf({ status }: KubernetesObject): string | undefined {
  const { phase, reason, message } = textsIn(status)
  const [own] = mappingsOf(fieldsOf(status)['containerStatuses'])
  const { running, waiting, terminated } = fieldsOf(own?.['state'])
  if (phase === 'Running' && running !== undefined) return 'up'
  const why = textsIn(terminated ?? waiting)
  if (phase === 'Failed' || phase === 'Succeeded')
    return said(reason ?? why['reason'], message ?? why['message'])
  // What is just being made is waited for; kubelet tries the others again, to no other end.
  if (waiting === undefined || ['ContainerCreating', 'PodInitializing'].includes(why['reason'] ?? ''))
    return undefined
  return said(why['reason'], why['message'])
}

const said = (reason = 'it ended', message = '') => (message === '' ? reason : `${reason}: ${message}`)
