import { infisicalName, managed, systemNamespace } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { countsIn, fieldsOf, textsIn } from '../../kernel/objects/index.ts'
import { type Clock, type Cluster, kinds } from '../../kernel/ports/index.ts'
import { restartForEnvironment } from '../../kernel/server-variables/index.ts'

/** How Infisical is stopped and started. */
export interface Pausing {
  readonly cluster: Cluster
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly say: (detail: string) => void
}

/** ConfigMap that says how many pods Infisical had before it was stopped: a run that is killed then knows no more. */
export const pauseName = 'sealift-restore'
const interval = 1_000
const timeout = 300_000

/** Stops Infisical: no pod of it is left. @throws SealiftError NOT_INSTALLED, HELM_FAILED when they do not end, CLUSTER_* */
export async function stopInfisical(
  { cluster, clock, signal, say }: Pausing,
  namespace: string,
): Promise<void> {
  const live = await cluster.get(kinds.deployment, infisicalName, namespace)
  if (live === undefined)
    throw new SealiftError('NOT_INSTALLED', `Infisical's Deployment is not in namespace ${namespace}`, {
      hints: ['run: sealift install BUNDLE -c site.yaml'],
    })
  const { replicas = 1 } = countsIn(live['spec'])
  const metadata = { name: pauseName, namespace: systemNamespace, labels: managed }
  if (replicas > 0)
    await cluster.apply({ ...kinds.configMap, metadata, data: { replicas: String(replicas) } })
  await cluster.scale(namespace, infisicalName, 0)
  const { matchLabels } = fieldsOf(fieldsOf(live['spec'])['selector'])
  const labels = Object.entries(textsIn(matchLabels)).map(([key, value]) => `${key}=${value}`)
  for (const end = clock.now() + timeout; ; await clock.sleep(interval, signal)) {
    const pods = await cluster.list(kinds.pod, namespace, labels.join(','))
    const left = pods.filter(
      ({ status }) => !['Succeeded', 'Failed'].includes(textsIn(status)['phase'] ?? ''),
    )
    if (left.length === 0) return
    if (clock.now() >= end)
      throw new SealiftError(
        'HELM_FAILED',
        `Infisical does not stop: its pods are there after ${timeout / 1000} s`,
        {
          faults: left.map(pod => `pod ${pod.metadata.name}`),
        },
      )
    say(`${left.length} of its pods still there`)
  }
}

/** Starts Infisical again, with as many pods as it had, and waits until they are up. @throws SealiftError HELM_FAILED, CLUSTER_* */
export async function startInfisical(pausing: Pausing, namespace: string): Promise<void> {
  const { cluster } = pausing
  const note = await cluster.get(kinds.configMap, pauseName, systemNamespace)
  const before = Number(textsIn(note?.['data'])['replicas'])
  const live = await cluster.get(kinds.deployment, infisicalName, namespace)
  const { replicas = 1 } = countsIn(live?.['spec'])
  const wanted = Number.isSafeInteger(before) && before > 0 ? before : 1
  if (replicas === 0) await cluster.scale(namespace, infisicalName, wanted)
  await restartForEnvironment(pausing, namespace)
  await cluster.delete(kinds.configMap, pauseName, systemNamespace)
}
