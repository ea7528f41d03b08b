import { infisicalName, isManaged, keysSecretName } from '../access/index.ts'
import { SealiftError } from '../errors/index.ts'
import { countsIn } from '../objects/index.ts'
import { type Clock, type Cluster, type KubernetesObject, kinds, type Watch } from '../ports/index.ts'
import { podTrouble, unready } from '../workloads/index.ts'
import {
  environmentAnnotation,
  environmentIn,
  environmentMark,
  markOf,
  type OwnEnvironment,
} from './environment.ts'

/** How a restart is waited for. */
export interface Restarting extends Watch {
  readonly cluster: Cluster
  readonly clock: Clock
}

const interval = 1_000
const timeout = 600_000

/**
 * What is Sealift's in the Secret that Infisical's pods take their environment from.
 * @throws SealiftError NOT_INSTALLED where that is not there, or not Sealift's, CLUSTER_*
 */
export async function requireEnvironment(
  cluster: Pick<Cluster, 'get'>,
  namespace: string,
): Promise<OwnEnvironment> {
  const live = await cluster.get(kinds.secret, keysSecretName, namespace)
  const own = environmentIn(live)
  if (live !== undefined && isManaged(live) && own !== undefined) return own
  throw new SealiftError('NOT_INSTALLED', `Secret ${namespace}/${keysSecretName} of Sealift's is not there`, {
    hints: ['run: sealift install BUNDLE -c site.yaml; it puts the Secret back from its copy'],
  })
}

/**
 * Starts Infisical's pods anew where they have started with another environment than is there now, one after the other,
 * and waits until they are up. The mark is the one that an install gives them: the next one finds nothing to do. Tells
 * whether they were started.
 * @throws SealiftError NOT_INSTALLED, HELM_FAILED when they do not come up, CLUSTER_*
 */
export async function restartForEnvironment(restarting: Restarting, namespace: string): Promise<boolean> {
  const { cluster } = restarting
  const mark = await environmentMark(cluster, namespace)
  const live = await cluster.get(kinds.deployment, infisicalName, namespace)
  if (live === undefined || mark === undefined)
    throw new SealiftError('NOT_INSTALLED', `Infisical's Deployment is not in namespace ${namespace}`, {
      hints: ['run: sealift install BUNDLE -c site.yaml'],
    })
  const annotations = { [environmentAnnotation]: mark }
  const stale = markOf(live) !== mark
  if (stale)
    await cluster.apply({
      ...kinds.deployment,
      metadata: { name: infisicalName, namespace },
      spec: { template: { metadata: { annotations } } },
    })
  await untilUp(restarting, namespace)
  return stale
}

async function untilUp({ cluster, clock, signal, say }: Restarting, namespace: string): Promise<void> {
  const end = clock.now() + timeout
  for (;;) {
    const live = await cluster.get(kinds.deployment, infisicalName, namespace)
    const waitingFor =
      live === undefined ? `Deployment ${infisicalName} is gone` : (unready(live) ?? oldPods(live))
    if (waitingFor === undefined) return
    if (clock.now() >= end)
      throw new SealiftError('HELM_FAILED', `Infisical is not up after ${timeout / 1000} s`, {
        faults: [waitingFor, ...(await podTrouble(cluster, namespace))],
        hints: [
          'what was set stays set, and the pod of before goes on answering: mend what keeps the new one from starting (often there is no room for both at once), then run it again',
        ],
      })
    say(waitingFor)
    await clock.sleep(interval, signal)
  }
}

/** Pods with the old environment, which still answer. */
function oldPods(deployment: KubernetesObject): string | undefined {
  const { replicas = 0, updatedReplicas = 0 } = countsIn(deployment['status'])
  const old = replicas - updatedReplicas
  return old > 0 ? `Deployment ${deployment.metadata.name}: ${old} of its old pods still there` : undefined
}
