import type { ChartSpec } from '../../../kernel/inputs/index.ts'
import { isTerminating, type KubernetesObject, kinds } from '../../../kernel/ports/index.ts'
import { judgeAdmission, podSecurityOf } from '../../preflight/index.ts'
import { tryPods } from '../../release/index.ts'
import type { Grounds } from './grounds.ts'
import { type Check, each, unseen } from './looking.ts'
import { objectsOf } from './rendered.ts'

/** Whether pods of the releases would be let in: Pod Security, policies, webhooks, quotas. By dry runs: nothing is stored. */
export function admissionChecks(grounds: Grounds): Check[] {
  const { wired } = grounds
  return [
    {
      ...{ id: 'admission', group: 'admission', title: 'Pods would be let in', seconds: 120 },
      async look() {
        const { spec } = await wired.need()
        return each(
          spec.charts,
          ({ release }) => release,
          chart => tryRelease(chart, grounds),
        )
      },
    },
  ]
}

async function tryRelease(chart: ChartSpec, grounds: Grounds) {
  const { cluster } = grounds.host
  const objects = await objectsOf(chart, grounds)
  const wanted = await cluster.get(kinds.namespace, chart.namespace)
  if (wanted !== undefined && !isTerminating(wanted)) {
    await requireAccount(chart.namespace, grounds)
    return judgeAdmission(await tryPods(cluster, objects, chart), {
      namespace: chart.namespace,
      level: podSecurityOf(wanted),
    })
  }
  const instead = await standIn(grounds)
  await requireAccount(instead.metadata.name, grounds)
  const place = { release: chart.release, namespace: instead.metadata.name }
  const moved = objects.map(object => movedTo(object, place.namespace))
  return judgeAdmission(await tryPods(cluster, moved, place), {
    namespace: chart.namespace,
    instead: place.namespace,
  })
}

/** A namespace that admission treats as one that is to be made: it has no labels of Pod Security. */
async function standIn({ host: { cluster } }: Grounds): Promise<KubernetesObject> {
  const found = await cluster.get(kinds.namespace, 'default')
  if (found !== undefined && !isTerminating(found) && podSecurityOf(found) === undefined) return found
  return unseen(
    'its namespace is not there yet, and namespace default, in which its pods could be tried instead, has labels of Pod Security of its own',
  )
}

/** Without an account no pod can be tried, and nothing would be said of any. */
async function requireAccount(namespace: string, { host: { cluster } }: Grounds): Promise<void> {
  if ((await cluster.get(kinds.serviceAccount, 'default', namespace)) === undefined)
    unseen(`namespace ${namespace} has no service account default, as which its pods could be tried`)
}

function movedTo(object: KubernetesObject, namespace: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, namespace } }
}
