import { fieldsOf, type Mapping, mappingsOf } from '../../kernel/objects/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { cleaned, type Folder, type Scope, scopes } from './scopes.ts'

/** An ExternalSecret that reads secrets of a folder. */
export interface Reader {
  readonly object: KubernetesObject
  /** The Kubernetes Secret that it makes. */
  readonly target: string
  /** Keys of that Secret which hold a secret as it is, by the secret's name; others are made of it by a template or a rule. */
  readonly keys: Readonly<Record<string, readonly string[]>>
}

/**
 * ExternalSecrets that read one of these secrets, through a store of its environment, or through one that looks into
 * others by keys such as `/talent-mesh/prod/PASSWORD`. Those that reach it by an import of another folder, or by a
 * reference in another secret, are not seen. @throws SealiftError CLUSTER_*
 */
export async function readersOf(
  cluster: Cluster,
  folder: Folder,
  names: readonly string[],
): Promise<Reader[]> {
  const [scope, externalSecrets] = await Promise.all([scopes(cluster), cluster.list(kinds.externalSecret)])
  return externalSecrets.flatMap(object => {
    const reader = readerOf(object, folder, names, ref => scope.one(object, ref))
    return reader === undefined ? [] : [reader]
  })
}

/**
 * PushSecrets, as `namespace/name`, that write one of these secrets: what is changed in Infisical they would change back.
 * @throws SealiftError CLUSTER_*
 */
export async function writersOf(
  cluster: Cluster,
  folder: Folder,
  names: readonly string[],
): Promise<string[]> {
  const [scope, all] = await Promise.all([scopes(cluster), cluster.list(kinds.pushSecret)])
  const writing = all.filter(object => {
    const { secretStoreRefs, data, dataTo } = fieldsOf(object['spec'])
    const keys = mappingsOf(data).map(entry => fieldsOf(fieldsOf(entry['match'])['remoteRef'])['remoteKey'])
    const written = (ref: unknown, key: unknown) =>
      scope.all(object, ref).some(one => names.includes(secretAt(one, key, folder) ?? ''))
    // Whole Secrets: under which names, their keys and rules say at each reconcile.
    const wholly = mappingsOf(dataTo).some(({ storeRef, remoteKey }) =>
      (storeRef === undefined ? mappingsOf(secretStoreRefs) : [storeRef]).some(ref =>
        typeof remoteKey === 'string' && remoteKey !== ''
          ? written(ref, remoteKey)
          : scope.all(object, ref).some(one => isSame(one, folder)),
      ),
    )
    return wholly || mappingsOf(secretStoreRefs).some(ref => keys.some(key => written(ref, key)))
  })
  return writing.map(({ metadata: { namespace, name } }) => `${namespace}/${name}`)
}

// Fields of external-secrets.io/v1, https://external-secrets.io/latest/api/externalsecret/
function readerOf(
  object: KubernetesObject,
  folder: Folder,
  names: readonly string[],
  scope: (ref: unknown) => Scope | undefined,
): Reader | undefined {
  const { secretStoreRef, data, dataFrom, target } = fieldsOf(object['spec'])
  const { name = object.metadata.name, template, creationPolicy } = fieldsOf(target)
  const through = (entry: Mapping) => scope(fieldsOf(entry['sourceRef'])['storeRef'] ?? secretStoreRef)
  const keys: Record<string, string[]> = {}
  let reads = false
  for (const entry of mappingsOf(data)) {
    const { key, property, decodingStrategy, conversionStrategy: _, ...rest } = fieldsOf(entry['remoteRef'])
    const found = secretAt(through(entry), key, folder)
    if (found === undefined || !names.includes(found)) continue
    reads = true
    const asItIs = !property && (decodingStrategy ?? 'None') === 'None' && (rest['version'] ?? '') === ''
    if (asItIs && template === undefined && creationPolicy !== 'None')
      keys[found] = [...(keys[found] ?? []), String(entry['secretKey'])]
  }
  for (const entry of mappingsOf(dataFrom)) {
    const { extract, find } = entry
    const from = through(entry)
    const found = secretAt(from, fieldsOf(extract)['key'], folder)
    if (found !== undefined && names.includes(found)) reads = true
    // What it finds goes by patterns: it is shown the change, and nothing more is known.
    if (find !== undefined && from !== undefined && isFound(from, folder)) reads = true
  }
  return reads ? { object, target: String(name), keys } : undefined
}

const isSame = (one: Folder, other: Folder) =>
  one.project === other.project && one.environment === other.environment && one.path === other.path

const isFound = (from: Scope, folder: Folder) =>
  isSame(from, folder) ||
  (from.recursive &&
    isSame({ ...from, path: folder.path }, folder) &&
    folder.path.startsWith(from.path === '/' ? '/' : `${from.path}/`))

/** The secret's name where a key leads to one in the folder: what is before the last slash is a path from the root. */
function secretAt(scope: Folder | undefined, key: unknown, folder: Folder): string | undefined {
  if (scope === undefined || typeof key !== 'string') return undefined
  const [, before, name = key] = /^(.*)\/([^/]*)$/.exec(key) ?? []
  const path = before === undefined ? scope.path : cleaned(before)
  if (isSame({ ...scope, path }, folder)) return name
  return path === cleaned(`/${folder.project}/${folder.environment}/${folder.path}`) ? name : undefined
}
