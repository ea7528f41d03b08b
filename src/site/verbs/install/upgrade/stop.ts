import { infisicalName } from '../../../../kernel/access/index.ts'
import { SealiftError } from '../../../../kernel/errors/index.ts'
import { countsIn, fieldsOf, textsIn } from '../../../../kernel/objects/index.ts'
import { type Cluster, type KubernetesObject, kinds, type SiteHost } from '../../../../kernel/ports/index.ts'

const interval = 500
/** A pod has thirty seconds to end by itself, and its node some more to say that it has. */
const timeout = 120_000

/** How the end of the pods is watched and stopped. */
export interface Watch {
  readonly signal: AbortSignal
  readonly say: (detail: string) => void
}

/** Whether Infisical was told to have no pods; false where it is not there at all. @throws SealiftError CLUSTER_* */
export async function isStopped(cluster: Pick<Cluster, 'get'>, namespace: string): Promise<boolean> {
  const live = await cluster.get(kinds.deployment, infisicalName, namespace)
  return live !== undefined && countsIn(live['spec'])['replicas'] === 0
}

/**
 * Ends Infisical's pods and waits until none is left: nobody writes into its database then. helm, which sets the number of
 * pods with every revision, starts them again. Tells whether any was there.
 * @throws SealiftError CLUSTER_FAILED when pods do not end, CLUSTER_*
 */
export async function stopInfisical(
  { cluster, clock }: Pick<SiteHost, 'cluster' | 'clock'>,
  namespace: string,
  { signal, say }: Watch,
): Promise<boolean> {
  const live = await cluster.get(kinds.deployment, infisicalName, namespace)
  if (live === undefined) return false
  const stopped = countsIn(live['spec'])['replicas'] === 0
  if (!stopped)
    await cluster.apply({
      ...kinds.deployment,
      metadata: { name: infisicalName, namespace },
      spec: { replicas: 0 },
    })
  const end = clock.now() + timeout
  for (;;) {
    const left = await podsOf(live, cluster, namespace)
    if (left.length === 0) return !stopped
    if (clock.now() >= end)
      throw new SealiftError('CLUSTER_FAILED', `pods of Infisical do not end within ${timeout / 1000} s`, {
        faults: left.map(pod => `pod ${namespace}/${pod}`),
        hints: [
          'see why: kubectl -n NAMESPACE describe pod; a node that is gone keeps its pods until it is deleted',
        ],
      })
    say(`waiting for the end of ${left.join(', ')}`)
    await clock.sleep(interval, signal)
  }
}

async function podsOf(
  deployment: KubernetesObject,
  cluster: Pick<Cluster, 'list'>,
  namespace: string,
): Promise<string[]> {
  const { matchLabels } = fieldsOf(fieldsOf(deployment['spec'])['selector'])
  const labels = Object.entries(textsIn(matchLabels))
  // Without a selector the list would be of everybody's pods; no API server takes such a Deployment.
  if (labels.length === 0) return []
  const selector = labels.map(([key, value]) => `${key}=${value}`).join(',')
  const pods = await cluster.list(kinds.pod, namespace, selector)
  return pods.filter(pod => !isOver(pod)).map(({ metadata }) => metadata.name)
}

const isOver = (pod: KubernetesObject) =>
  ['Succeeded', 'Failed'].includes(String(fieldsOf(pod['status'])['phase']))
