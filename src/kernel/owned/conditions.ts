import { messageOf, printable } from '../errors/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../objects/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../ports/index.ts'

interface Condition {
  readonly type?: string
  readonly status?: string
  readonly reason?: string
  readonly message?: string
}

/** Whether an object's condition `Ready` is True. */
export function isReady(object: KubernetesObject | undefined): boolean {
  return conditionsOf(object).some(({ type, status }) => type === 'Ready' && status === 'True')
}

/**
 * What an object says about itself, one line per condition and per reason of its events, printable. ESO's conditions only say that
 * something is wrong; the reason is in the events, which for a cluster-wide object are in namespace `default`.
 * Never throws: it is read for the sake of another error.
 */
export async function explain(cluster: Cluster, object: KubernetesObject): Promise<string[]> {
  const { apiVersion, kind } = object
  const { name, namespace } = object.metadata
  try {
    const present = await cluster.get({ apiVersion, kind }, name, namespace)
    return saidBy(object, present, await cluster.list(kinds.event, namespace ?? 'default'))
  } catch (error) {
    return unread(object, error)
  }
}

/**
 * The same of many objects, as they were just seen: the events of a namespace are read once, one namespace after the
 * other, for those of hundreds of objects are many. Never throws.
 */
export async function explainEach(
  cluster: Pick<Cluster, 'list'>,
  objects: readonly KubernetesObject[],
): Promise<string[][]> {
  const said = new Map<KubernetesObject, string[]>()
  const placed = Map.groupBy(objects, ({ metadata }) => metadata.namespace ?? 'default')
  for (const [namespace, some] of placed)
    try {
      const events = await cluster.list(kinds.event, namespace)
      for (const object of some) said.set(object, saidBy(object, object, events))
    } catch (error) {
      for (const object of some) said.set(object, unread(object, error))
    }
  return objects.map(object => said.get(object) ?? [])
}

function saidBy(
  { kind, metadata: { name } }: KubernetesObject,
  present: KubernetesObject | undefined,
  events: readonly KubernetesObject[],
): string[] {
  const about = events.filter(event => {
    const involved = fieldsOf(event['involvedObject'])
    return involved['kind'] === kind && involved['name'] === name
  })
  const lines = [
    ...(present === undefined ? ['is not there'] : []),
    ...conditionsOf(present).map(
      ({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`,
    ),
    ...newestOf(about).map(event => `event ${textsIn(event)['reason']}: ${textsIn(event)['message']}`),
  ]
  return [...new Set(lines)].map(line => `${kind} ${name}: ${printable(line, 500)}`)
}

const unread = ({ kind, metadata: { name } }: KubernetesObject, error: unknown) => [
  `${kind} ${name} could not be read: ${printable(messageOf(error))}`,
]

/** The newest event of each reason: messages of one are often alike but for an id of a request. */
function newestOf(events: readonly KubernetesObject[]): KubernetesObject[] {
  const sorted = events.toSorted((a, b) => timeOfEvent(a).localeCompare(timeOfEvent(b)))
  return [...new Map(sorted.map(event => [textsIn(event)['reason'], event])).values()].slice(-5)
}

/** When an event was seen last, as ISO time: the recorders of Kubernetes use one of these fields. */
export function timeOfEvent(event: KubernetesObject): string {
  const { lastTimestamp, eventTime } = textsIn(event)
  return lastTimestamp || eventTime || textsIn(event.metadata)['creationTimestamp'] || ''
}

/** The conditions that an object has in its status, whatever it is. */
export function conditionsOf(object: KubernetesObject | undefined): Condition[] {
  return mappingsOf(fieldsOf(object?.['status'])['conditions']).map(textsIn)
}
