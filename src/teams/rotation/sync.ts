import * as z from 'zod'
import { isManaged, secretData } from '../../kernel/access/index.ts'
import { fieldsOf } from '../../kernel/objects/index.ts'
import {
  applyThroughWebhook,
  explain,
  lookAnnotation,
  type Patience,
  waitFor,
} from '../../kernel/owned/index.ts'
import { type Cluster, type KubernetesObject, kinds, type Secret } from '../../kernel/ports/index.ts'
import type { Reader } from './readers.ts'

/** What became of an ExternalSecret that reads a changed secret. */
export const arrivalShape = z.strictObject({
  /** `talent-mesh/talent-mesh-db-credentials` */
  externalSecret: z.string(),
  /** Name of the Kubernetes Secret. */
  secret: z.string(),
  /** Whether that holds the new value: `held`, or `synced` where a template or a rule makes something else of it. */
  state: z.enum(['held', 'synced', 'missing']),
  /** What External Secrets Operator says, where it is missing. */
  why: z.string().optional(),
})
export type Arrival = z.infer<typeof arrivalShape>

/**
 * Shows ExternalSecrets to External Secrets Operator now, and waits until their Secrets hold these values.
 * @throws SealiftError CLUSTER_*
 */
export async function bring(
  cluster: Cluster,
  readers: readonly Reader[],
  values: Readonly<Record<string, Secret>>,
  patience: Patience,
): Promise<Arrival[]> {
  const waiting = new Map<Reader, string>()
  for (const reader of readers) {
    if (await holds(cluster, reader, values)) continue
    waiting.set(reader, refreshed(reader.object))
    await applyThroughWebhook(cluster, looked(reader.object, patience.clock.now()), patience)
  }
  await waitFor(patience, async () => {
    for (const [reader, before] of waiting)
      if (await arrived(cluster, reader, before, values)) waiting.delete(reader)
    if (waiting.size === 0) return true
    patience.progress?.(`waiting for ${[...waiting.keys()].map(({ object }) => named(object)).join(', ')}`)
    return undefined
  })
  return await Promise.all(
    readers.map(async reader => {
      const of = { externalSecret: named(reader.object), secret: reader.target }
      if (!waiting.has(reader))
        return { ...of, state: isPlain(reader) ? ('held' as const) : ('synced' as const) }
      const said = (await explain(cluster, reader.object)).join('; ')
      return {
        ...of,
        state: 'missing' as const,
        why: said || 'External Secrets Operator has not looked at it: see whether it runs',
      }
    }),
  )
}

const named = ({ metadata: { namespace, name } }: KubernetesObject) => `${namespace}/${name}`
const isPlain = ({ keys }: Reader) => Object.keys(keys).length > 0

/** What ESO says of its last success: the time has no parts of a second, the version is of the annotations too. */
function refreshed(object: KubernetesObject | undefined): string {
  const { refreshTime, syncedResourceVersion } = fieldsOf(object?.['status'])
  return `${refreshTime} ${syncedResourceVersion}`
}

async function arrived(
  cluster: Cluster,
  reader: Reader,
  before: string,
  values: Readonly<Record<string, Secret>>,
): Promise<boolean> {
  if (isPlain(reader)) return await holds(cluster, reader, values)
  const { name, namespace } = reader.object.metadata
  return refreshed(await cluster.get(kinds.externalSecret, name, namespace)) !== before
}

/** Whether its Secret holds the values that it is made of as they are. */
async function holds(
  cluster: Cluster,
  { object, target, keys }: Reader,
  values: Readonly<Record<string, Secret>>,
): Promise<boolean> {
  const pairs = Object.entries(keys).flatMap(([name, of]) => of.map(key => [key, values[name]] as const))
  if (pairs.length === 0) return false
  const secret = await cluster.get(kinds.secret, target, object.metadata.namespace)
  const data = secret === undefined ? undefined : secretData(secret)
  return pairs.every(([key, value]) => data?.get(key)?.reveal() === value?.reveal())
}

/** The object with a mark that ESO looks at at once. Of one that is not Sealift's, nothing but the mark is said. */
function looked({ apiVersion, kind, metadata, ...rest }: KubernetesObject, now: number): KubernetesObject {
  const { name, namespace, labels, annotations } = metadata
  const place = { name, ...(namespace ? { namespace } : {}) }
  // Another one each time, whatever the clocks of those who were at work before.
  const mark = { [lookAnnotation]: `${now}-${metadata['resourceVersion']}` }
  if (!isManaged({ apiVersion, kind, metadata }))
    return { apiVersion, kind, metadata: { ...place, annotations: mark } }
  const marks = { ...(labels ? { labels } : {}), annotations: { ...annotations, ...mark } }
  return { apiVersion, kind, metadata: { ...place, ...marks }, spec: rest['spec'] }
}
