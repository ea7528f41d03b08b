import { infisicalName } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { countsIn, fieldsOf, textsIn } from '../../kernel/objects/index.ts'
import {
  type Cluster,
  type KubernetesObject,
  kinds,
  type SiteHost,
  type Watch,
} from '../../kernel/ports/index.ts'
import { hasEnded } from '../../kernel/workloads/index.ts'

const interval = 500
/** What a node may take, in seconds, to say that a pod has ended, beside the time that the pod itself has for it. */
const patience = 90

/** How many pods Infisical is to have, 0 where it is stopped; nothing where it is not there. @throws SealiftError CLUSTER_* */
export async function podsWanted(
  cluster: Pick<Cluster, 'get'>,
  namespace: string,
): Promise<number | undefined> {
  const live = await cluster.get(kinds.deployment, infisicalName, namespace)
  return live && replicasOf(live)
}

/** Whether Infisical was told to have no pods; false where it is not there at all. @throws SealiftError CLUSTER_* */
export async function isStopped(cluster: Pick<Cluster, 'get'>, namespace: string): Promise<boolean> {
  return (await podsWanted(cluster, namespace)) === 0
}

/** What a Deployment does not say is one: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas */
const replicasOf = ({ spec }: KubernetesObject): number => countsIn(spec)['replicas'] ?? 1

/**
 * Ends Infisical's pods and waits until none is left: nobody writes into its database then. helm, which sets the number of
 * pods with every revision, starts them again. Tells whether any was wanted.
 * @throws SealiftError CLUSTER_FAILED when pods do not end, CLUSTER_*
 */
export async function stopInfisical(
  { cluster, clock }: Pick<SiteHost, 'cluster' | 'clock'>,
  namespace: string,
  { signal, say }: Watch,
): Promise<boolean> {
  const live = await cluster.get(kinds.deployment, infisicalName, namespace)
  if (live === undefined) return false
  const stopped = replicasOf(live) === 0
  if (!stopped) await cluster.scale(namespace, infisicalName, 0)
  const seconds = graceOf(live) + patience
  const end = clock.now() + seconds * 1000
  for (;;) {
    const left = (await podsOf(live, cluster, namespace)).map(({ metadata }) => metadata.name)
    if (left.length === 0) return !stopped
    if (clock.now() >= end)
      throw new SealiftError('CLUSTER_FAILED', `pods of Infisical do not end within ${seconds} s`, {
        faults: left.map(pod => `pod ${namespace}/${pod}`),
        hints: [
          'see why: kubectl -n NAMESPACE describe pod; a node that is gone keeps its pods until it is deleted',
        ],
      })
    say(`waiting for the end of ${left.join(', ')}`)
    await clock.sleep(interval, signal)
  }
}

/** Seconds that a pod has to end by itself: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination */
function graceOf(deployment: KubernetesObject): number {
  const pod = fieldsOf(fieldsOf(deployment['spec'])['template'])['spec']
  return countsIn(pod)['terminationGracePeriodSeconds'] ?? 30
}

/** Infisical's pods that run or are to; none where it is not there. @throws SealiftError CLUSTER_* */
export async function serverPods(
  cluster: Pick<Cluster, 'get' | 'list'>,
  namespace: string,
): Promise<KubernetesObject[]> {
  const live = await cluster.get(kinds.deployment, infisicalName, namespace)
  return live === undefined ? [] : await podsOf(live, cluster, namespace)
}

async function podsOf(
  deployment: KubernetesObject,
  cluster: Pick<Cluster, 'list'>,
  namespace: string,
): Promise<KubernetesObject[]> {
  const { matchLabels } = fieldsOf(fieldsOf(deployment['spec'])['selector'])
  const labels = Object.entries(textsIn(matchLabels))
  // Without a selector the list would be of everybody's pods; no API server takes such a Deployment.
  if (labels.length === 0) return []
  const selector = labels.map(([key, value]) => `${key}=${value}`).join(',')
  return (await cluster.list(kinds.pod, namespace, selector)).filter(pod => !hasEnded(pod))
}
