import { isManaged, storeName, storePlace } from '../../kernel/access/index.ts'
import { fieldsOf, mappingsOf } from '../../kernel/objects/index.ts'
import { servesTeams } from '../../kernel/owned/index.ts'
import type { KubernetesObject, ReadScope } from '../../kernel/ports/index.ts'

/** The ClusterSecretStores that Sealift made, with what each reads, by their names. */
export type Scopes = ReadonlyMap<string, ReadScope>

/** Picks them out of all there are. What a store leaves out is as External Secrets Operator fills it in. */
export function scopesOf(stores: readonly KubernetesObject[]): Scopes {
  return new Map(
    stores.flatMap(store => {
      const { name } = store.metadata
      if (!isManaged(store) || (name !== storeName && storePlace(name) === undefined)) return []
      const { infisical } = fieldsOf(fieldsOf(store['spec'])['provider'])
      const { projectSlug, environmentSlug, secretsPath, recursive, expandSecretReferences } = fieldsOf(
        fieldsOf(infisical)['secretsScope'],
      )
      if (typeof projectSlug !== 'string' || typeof environmentSlug !== 'string') return []
      const scope = {
        ...{ project: projectSlug, environment: environmentSlug },
        path: typeof secretsPath === 'string' && secretsPath !== '' ? secretsPath : '/',
        ...{ recursive: recursive === true, expand: expandSecretReferences !== false },
      }
      return [[name, scope] as const]
    }),
  )
}

/** The scope of a reference to a store, where it is one of Sealift's. */
export function scopeAt(reference: unknown, scopes: Scopes): ReadScope | undefined {
  const { kind, name } = fieldsOf(reference)
  return kind === 'ClusterSecretStore' && typeof name === 'string' ? scopes.get(name) : undefined
}

/** Whether a reference is to the one store of all teams, in whose root nothing lies. */
export function isOfAllTeams(reference: unknown): boolean {
  return fieldsOf(reference)['name'] === storeName
}

/** Folder and name of a key: External Secrets Operator takes what is before the last slash for the folder. */
export function addressOf(
  scope: ReadScope,
  key: string,
): { readonly scope: ReadScope; readonly name: string } {
  const at = key.lastIndexOf('/')
  const one = { ...scope, recursive: false }
  if (at < 0) return { scope: one, name: key }
  return { scope: { ...one, path: key.slice(0, at) || '/' }, name: key.slice(at + 1) }
}

/** Namespaces that these stores serve by name. @returns undefined where one of them serves every namespace */
export function namespacesServed(stores: readonly KubernetesObject[], scopes: Scopes): string[] | undefined {
  const conditions = stores
    // The install's own is for its probe, though it lets others in.
    .filter(
      store => scopes.has(store.metadata.name) && (store.metadata.name !== storeName || servesTeams(store)),
    )
    .map(store => mappingsOf(fieldsOf(store['spec'])['conditions']))
  if (conditions.some(some => some.length === 0)) return undefined
  const named = conditions.flat().flatMap(({ namespaces }) => (Array.isArray(namespaces) ? namespaces : []))
  return [...new Set(named.filter(name => typeof name === 'string'))].sort()
}
