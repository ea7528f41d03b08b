import { printable, SealiftError } from '../../../kernel/errors/index.ts'
import { waitFor } from '../../../kernel/owned/index.ts'
import type { Cluster, KubernetesObject } from '../../../kernel/ports/index.ts'
import type { Making } from './making.ts'

/** Annotation that changes nothing but that the operator looks again. */
const askedAgain = 'sealift.dev/asked-again'

// A refused try is made again after 30 s, and the first is always refused: the operator gives itself the right to read
// the password's Secret 0.65 s after it has asked for it.
const first = 1_000
const later = 5_000

/** The status of a Database or a DatabaseRole (postgresql.cnpg.io/v1). */
interface Status {
  readonly applied?: boolean
  readonly message?: string
  readonly observedGeneration?: number
}

/**
 * Waits until the operator says that an object is applied as it is now, and `holds` agrees; asks it again where a try
 * was refused, by the object, or by its Secret where it says all is done and the server does not think so.
 * @throws SealiftError DATABASE_UNFIT with what the operator says, CLUSTER_*
 */
export async function untilApplied(
  { cluster, at, patience }: Pick<Making, 'cluster' | 'at' | 'patience'>,
  object: KubernetesObject,
  holds: () => Promise<boolean>,
  secret?: KubernetesObject,
): Promise<void> {
  const { clock, progress } = patience
  const { kind } = object
  const { name, namespace } = object.metadata
  let said = ''
  let next: number | undefined
  const done = await waitFor(patience, async () => {
    const live = await cluster.get(object, name, namespace)
    const { applied, message = '', observedGeneration } = (live?.['status'] ?? {}) as Status
    const current = observedGeneration === live?.metadata['generation']
    if (applied === true && current && (await holds())) return true
    if (!applied && message && message !== said) progress?.(`CloudNativePG: ${printable(message)}`)
    if (!applied && message) said = message
    if (applied === undefined || (applied && !current)) return undefined
    next ??= clock.now() + first
    if (clock.now() < next) return undefined
    next = clock.now() + later
    const asked = applied ? (secret ?? object) : object
    await askAgain(cluster, asked, new Date(clock.now()).toISOString())
    return undefined
  })
  if (done !== undefined) return
  const words = said === '' ? 'and its operator does not say why' : printable(said, 500)
  throw new SealiftError(
    'DATABASE_UNFIT',
    `CloudNativePG has not applied ${kind} ${namespace}/${name} in Cluster ${at.name}: ${words}`,
    {
      hints: [
        `kubectl -n ${namespace} describe ${kind.toLowerCase()} ${name}, and the logs of Cluster ${at.name}'s primary`,
        'mend that, then run this again: it goes on there',
      ],
    },
  )
}

async function askAgain(cluster: Cluster, object: KubernetesObject, when: string): Promise<void> {
  const annotations = { ...object.metadata.annotations, [askedAgain]: when }
  await cluster.apply({ ...object, metadata: { ...object.metadata, annotations } })
}
