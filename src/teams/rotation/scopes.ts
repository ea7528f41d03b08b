import { fieldsOf } from '../../kernel/objects/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'

/** Secrets of one folder. */
export interface Folder {
  readonly project: string
  readonly environment: string
  readonly path: string
}

/** What a store is and where it reads. */
interface Store {
  readonly object: KubernetesObject
  readonly scope: Scope | undefined
}
/** Where a store reads. */
export interface Scope extends Folder {
  /** Whether a `find` reads what is in folders below, too. */
  readonly recursive: boolean
}
/** The stores of a cluster. */
export interface Scopes {
  /** Of the store that a reference names. */
  one(object: KubernetesObject, ref: unknown): Scope | undefined
  /** Of each that a reference names, or chooses by labels. */
  all(object: KubernetesObject, ref: unknown): Scope[]
}

/** Where the stores read that objects of a namespace refer to. @throws SealiftError CLUSTER_* */
export async function scopes(cluster: Cluster): Promise<Scopes> {
  const [wide, narrow] = await Promise.all([
    cluster.list(kinds.clusterSecretStore),
    cluster.list(kinds.secretStore),
  ])
  const stores = [...wide, ...narrow].map((object): Store => ({ object, scope: scopeOf(object) }))
  const all: Scopes['all'] = ({ metadata: { namespace } }, ref) => {
    const { kind, name, labelSelector } = fieldsOf(ref)
    const of = kind === 'ClusterSecretStore' ? kind : 'SecretStore'
    return stores.flatMap(({ object, scope }) => {
      const { metadata } = object
      const isNear = of === 'ClusterSecretStore' || metadata.namespace === namespace
      const isMeant = name === undefined ? fits(metadata.labels, labelSelector) : metadata.name === name
      return scope !== undefined && object.kind === of && isNear && isMeant ? [scope] : []
    })
  }
  return { all, one: (object, ref) => (fieldsOf(ref)['name'] === undefined ? [] : all(object, ref))[0] }
}

/** Whether labels may be meant: expressions are taken to fit. */
function fits(labels: Readonly<Record<string, string>> = {}, selector: unknown): boolean {
  const { matchLabels } = fieldsOf(selector)
  return (
    selector !== undefined &&
    Object.entries(fieldsOf(matchLabels)).every(([key, value]) => labels[key] === value)
  )
}

/** Where a store reads, as ESO's provider for Infisical has it; nothing for other providers. */
function scopeOf(store: KubernetesObject): Scope | undefined {
  const { infisical } = fieldsOf(fieldsOf(store['spec'])['provider'])
  if (infisical === undefined) return undefined
  const { projectSlug, environmentSlug, secretsPath, recursive } = fieldsOf(
    fieldsOf(infisical)['secretsScope'],
  )
  const path = typeof secretsPath === 'string' && secretsPath !== '' ? secretsPath : '/'
  const place = { project: String(projectSlug), environment: String(environmentSlug), path: cleaned(path) }
  return { ...place, recursive: recursive === true }
}

/** A path without doubled slashes, and none at its end. */
export const cleaned = (path: string) => `/${path.split('/').filter(Boolean).join('/')}`
