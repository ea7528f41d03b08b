import { createHash } from 'node:crypto'
import { SealiftError } from '../../../../kernel/errors/index.ts'
import { fieldsOf, textsIn } from '../../../../kernel/objects/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../../../kernel/ports/index.ts'
import type { SecretCount } from '../../../install/index.ts'

/** Secrets that ExternalSecrets have made, by namespace and name: what tells one from another, and no value. */
export interface SeenSecrets {
  readonly of: ReadonlyMap<string, { readonly uid: string; readonly content: string }>
  /** Those that the account may not read. */
  readonly untold: ReadonlySet<string>
}

/** Questions that are under way at once. */
const atOnce = 8

/** Looks at the Secrets of all ExternalSecrets. @throws SealiftError CLUSTER_* where these cannot be listed */
export async function seeSecrets(cluster: Pick<Cluster, 'get' | 'list'>): Promise<SeenSecrets> {
  const wanted = await cluster.list(kinds.externalSecret)
  const places = [...new Map(wanted.map(placeOf).map(place => [`${place.namespace}/${place.name}`, place]))]
  const found = new Map<string, { uid: string; content: string }>()
  const denied = new Set<string>()
  const untold = new Set<string>()
  const look = async ([key, { namespace, name }]: (typeof places)[number]) => {
    try {
      const secret = denied.has(namespace) ? undefined : await cluster.get(kinds.secret, name, namespace)
      if (denied.has(namespace)) untold.add(key)
      else if (secret !== undefined) found.set(key, seen(secret))
    } catch (error) {
      if (!(error instanceof SealiftError)) throw error
      if (error.code === 'CLUSTER_DENIED') denied.add(namespace)
      untold.add(key)
    }
  }
  const left = places.values()
  const worker = async () => {
    for (const place of left) await look(place)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return { of: found, untold }
}

/** What became of Secrets; one that was not there before counts for nothing. */
export function comparedSecrets(before: SeenSecrets, after: SeenSecrets): SecretCount {
  let [compared, changed, lost] = [0, 0, 0]
  for (const [key, one] of before.of) {
    const now = after.of.get(key)
    if (after.untold.has(key)) continue
    compared += 1
    if (now === undefined) lost += 1
    else if (now.uid !== one.uid || now.content !== one.content) changed += 1
  }
  return { compared, changed, lost, untold: new Set([...before.untold, ...after.untold]).size }
}

function placeOf({ metadata, spec }: KubernetesObject) {
  const { name = metadata.name } = textsIn(fieldsOf(spec)['target'])
  return { namespace: metadata.namespace ?? '', name }
}

/** Its content as a digest that lives no longer than the run. */
function seen({ metadata, data }: KubernetesObject): { uid: string; content: string } {
  const entries = Object.entries(textsIn(data)).sort(([a], [b]) => (a < b ? -1 : 1))
  const content = createHash('sha256').update(JSON.stringify(entries)).digest('hex')
  return { uid: textsIn(metadata)['uid'] ?? '', content }
}
