import { SealiftError } from '../../../kernel/errors/index.ts'
import type { ChartSpec } from '../../../kernel/inputs/index.ts'
import type { KubernetesObject, SiteHost, Talk } from '../../../kernel/ports/index.ts'
import { podTrouble, unready } from '../../release/index.ts'
import { tellingTrouble } from './while-waiting.ts'

/** What is waited for, and how. */
export interface Waiting {
  /** The release's objects, as they are wanted. */
  readonly objects: readonly KubernetesObject[]
  readonly chart: Pick<ChartSpec, 'release' | 'namespace' | 'timeoutSeconds'>
  readonly host: Pick<SiteHost, 'cluster' | 'clock'>
  readonly talk: Pick<Talk, 'signal'>
  readonly say: (detail: string) => void
}

const interval = 1_000

/**
 * Waits until all pods of a release are up, which nobody has to change, and tells why some cannot even be made.
 * @throws SealiftError HELM_FAILED, CLUSTER_*
 */
export async function waitUntilUp(waiting: Waiting): Promise<void> {
  const { chart, host, talk, say } = waiting
  await tellingTrouble(host, chart.namespace, { ...talk, say }, () => untilUp(waiting))
}

async function untilUp({ objects, chart, host, talk, say }: Waiting): Promise<void> {
  const { cluster, clock } = host
  const { release, namespace, timeoutSeconds } = chart
  const workloads = objects.filter(({ kind }) => ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind))
  const end = clock.now() + timeoutSeconds * 1000
  let told = ''
  for (;;) {
    const states = workloads.map(async object => {
      const live = await cluster.get(object, object.metadata.name, object.metadata.namespace ?? namespace)
      return live === undefined ? `${object.kind} ${object.metadata.name} is gone` : (unready(live) ?? [])
    })
    const waitingFor = (await Promise.all(states)).flat()
    if (waitingFor.length === 0) return
    if (clock.now() >= end)
      throw new SealiftError(
        'HELM_FAILED',
        `release ${release} in ${namespace} is installed as it should be, but not up after ${timeoutSeconds} s`,
        { faults: [...waitingFor, ...(await podTrouble(cluster, namespace))] },
      )
    const state = waitingFor.join(', ')
    // Once: what is told of the trouble meanwhile is more.
    if (state !== told) say(state)
    told = state
    await clock.sleep(interval, talk.signal)
  }
}
