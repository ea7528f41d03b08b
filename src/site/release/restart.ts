import { infisicalName } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { type Clock, type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { environmentAnnotation, environmentMark } from '../wire/index.ts'
import { podTrouble } from './pod-trouble.ts'
import { unready } from './rollout.ts'

/** How a restart is waited for. */
export interface Restarting {
  readonly cluster: Cluster
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly say: (detail: string) => void
}

const interval = 1_000
const timeout = 600_000

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

function markOf(deployment: KubernetesObject): string | undefined {
  const { template } = (deployment['spec'] ?? {}) as {
    template?: { metadata?: { annotations?: Readonly<Record<string, string>> } }
  }
  return template?.metadata?.annotations?.[environmentAnnotation]
}

async function untilUp({ cluster, clock, signal, say }: Restarting, namespace: string): Promise<void> {
  const end = clock.now() + timeout
  for (;;) {
    const live = await cluster.get(kinds.deployment, infisicalName, namespace)
    const waitingFor = live === undefined ? `Deployment ${infisicalName} is gone` : unready(live)
    if (waitingFor === undefined) return
    if (clock.now() >= end)
      throw new SealiftError('HELM_FAILED', `Infisical is not up after ${timeout / 1000} s`, {
        faults: [waitingFor, ...(await podTrouble(cluster, namespace))],
      })
    say(waitingFor)
    await clock.sleep(interval, signal)
  }
}
