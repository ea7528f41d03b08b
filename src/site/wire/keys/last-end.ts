import { infisicalName } from '../../../kernel/access/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../../kernel/objects/index.ts'
import { type Cluster, kinds } from '../../../kernel/ports/index.ts'

/** How a run of Infisical's server ended before this one, and what to do. */
export interface LastEnd {
  /** Who ended it: the kernel, at the memory limit, or V8, whose heap was full. */
  readonly by: 'kernel' | 'heap'
  readonly seen: string
  readonly next: string
}

/**
 * Whether a pod's name is of Infisical's Deployment: its ReplicaSet's hash and five characters are behind it
 * (https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pod-template-hash-label). A database or a cache
 * beside it may be called `infisical-postgresql-0`.
 */
export const isServerPod = (name: string): boolean => serverPod.test(name)
// Neither has a vowel or a digit that is like one, so that it makes no word: k8s.io/apimachinery/pkg/util/rand.
const serverPod = new RegExp(
  `^${infisicalName}-[bcdfghjklmnpqrstvwxz2456789]{1,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$`,
)

/**
 * Whether Infisical's pod was ended for want of memory before: by the kernel, at its limit, or by V8, whose heap was too
 * small, which Kubernetes shows as 139 or 134 and "Error" alone. Nothing where it was not. @throws SealiftError CLUSTER_*
 */
export async function lastEnd(
  cluster: Pick<Cluster, 'list'>,
  namespace: string,
): Promise<LastEnd | undefined> {
  const pods = await cluster.list(kinds.pod, namespace)
  const statuses = pods
    .filter(({ metadata }) => isServerPod(metadata.name))
    .flatMap(({ status }) => mappingsOf(fieldsOf(status)['containerStatuses']))
  for (const { lastState, restartCount } of statuses) {
    const ended = fieldsOf(fieldsOf(lastState)['terminated'])
    const { reason = '', finishedAt = 'some time' } = textsIn(ended)
    const times = typeof restartCount === 'number' && restartCount > 1 ? `, ${restartCount} runs so far` : ''
    if (reason === 'OOMKilled')
      return {
        by: 'kernel',
        seen: `the kernel ended its last run at ${finishedAt}, at its memory limit${times}`,
        next: 'raise the limit in the chart’s values; sealift budget fit says to what',
      }
    const { exitCode } = ended
    if (exitCode === 139 || exitCode === 134)
      return {
        by: 'heap',
        seen: `its last run ended with ${exitCode} at ${finishedAt}, as one does whose V8 heap was too small${times}`,
        next: 'look for "heap out of memory" in its log (kubectl logs --previous); memory.heapMiB in the site file gives it more, the limit must leave room',
      }
  }
  return undefined
}
