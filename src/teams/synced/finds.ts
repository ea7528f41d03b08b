import { printable } from '../../kernel/errors/index.ts'
import { fieldsOf, type Mapping, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject, ReadFolder, ReadScope } from '../../kernel/ports/index.ts'
import { type Flaw, type Looking, stale } from './entries.ts'
import { type Due, dueOf } from './intervals.ts'
import { isOfAllTeams, scopeAt } from './scopes.ts'
import { isSelected, isValue, keyOf } from './values.ts'

/**
 * What is not so about what an ExternalSecret finds through Sealift's stores.
 * @param secret the target, where it is there and made of nothing but what is found and brought
 */
export async function flawsOfFinds(
  object: KubernetesObject,
  secret: KubernetesObject | undefined,
  { reader, scopes, now }: Looking,
): Promise<Flaw[]> {
  const { secretStoreRef, data, dataFrom } = fieldsOf(object['spec'])
  const sources = mappingsOf(dataFrom)
  // What another source or an entry of `data` has a key of as well may be that one's.
  const brought = new Set(mappingsOf(data).map(({ secretKey }) => secretKey))
  const compared = sources.length === 1 ? secret : undefined
  const flaws = await Promise.all(
    sources.map(async (source, at) => {
      const reference = fieldsOf(source['sourceRef'])['storeRef'] ?? secretStoreRef
      const scope = scopeAt(reference, scopes)
      if (scope === undefined || source['find'] === undefined) return []
      const folder = await reader.folder(scope)
      const [find, shown] = [fieldsOf(source['find']), `find ${at + 1}`]
      const flaws = flawsOf(find, scope, folder ?? { own: [], imported: [] }, shown, isOfAllTeams(reference))
      // What is rewritten or decoded only External Secrets Operator knows.
      const { conversionStrategy = 'Default', decodingStrategy = 'None' } = textsIn(find)
      const isPlain =
        source['rewrite'] === undefined && `${conversionStrategy} ${decodingStrategy}` === 'Default None'
      if (flaws.length > 0 || compared === undefined || folder === undefined || !isPlain) return flaws
      return staleIn(find, folder, { secret: compared, brought }, shown, dueOf(object, now))
    }),
  )
  return flaws.flat()
}

interface Candidate {
  readonly name: string
  readonly path: string
  readonly value: string
}

/** What is found, and is not in the Secret as it is in Infisical. */
function staleIn(
  find: Mapping,
  { own, imported }: ReadFolder,
  { secret, brought }: { readonly secret: KubernetesObject; readonly brought: ReadonlySet<unknown> },
  shown: string,
  due: Due,
): Flaw[] {
  const { regexp } = textsIn(find['name'])
  const values = fieldsOf(secret['data'])
  const found = [...own, ...imported.flatMap(({ secrets }) => secrets)].filter(
    ({ name }) => regexp === undefined || isSelected(regexp, name) === true,
  )
  // Of what has a name together with another only one arrives: that is told by itself.
  const alone = [...Map.groupBy(found, ({ name }) => keyOf(name)).entries()].filter(
    ([key, some]) => some.length === 1 && !brought.has(key),
  )
  const other = alone.filter(([key, [one]]) => one !== undefined && !isValue(values[key], one.value.reveal()))
  if (other.length === 0) return []
  const keys = other.slice(0, 5).map(([key]) => printable(key, 100))
  const more = other.length > keys.length ? ` and ${other.length - keys.length} more` : ''
  return [stale(`${shown}: ${keys.join(', ')}${more}`, due)]
}

function flawsOf(
  find: Mapping,
  scope: ReadScope,
  folder: ReadFolder,
  shown: string,
  ofAllTeams: boolean,
): Flaw[] {
  const { path } = textsIn(find)
  const { regexp } = textsIn(find['name'])
  const all: Candidate[] = [
    ...folder.own.map(one => ({ ...one, value: one.value.reveal() })),
    ...folder.imported.flatMap(of =>
      of.secrets.map(one => ({ name: one.name, path: of.path, value: one.value.reveal() })),
    ),
  ]
  const known = all.map(one => ({ ...one, selected: regexp === undefined || isSelected(regexp, one.name) }))
  const chosen = known.filter(({ selected }) => selected !== false)
  const place = `${scope.path} of ${scope.project}, ${scope.environment}`
  // Seen: 0.20.4 holds it to the beginning of a name, 2.9.0 to the secret's own folder.
  const inPath = chosen.filter(
    one => path === undefined || one.name.startsWith(path) || one.path.startsWith(path),
  )
  if (inPath.length === 0 && ofAllTeams)
    return [
      {
        is: `${shown} found nothing: it finds in ${place} alone, and teams have nothing there`,
        remedy: 'find through the store of the environment (PROJECT.ENVIRONMENT), or name each in data',
      },
    ]
  if (inPath.length === 0)
    return [
      path !== undefined && chosen.length > 0
        ? {
            is: `${shown} found nothing: its path selects no folder`,
            remedy: `take path out: it finds in ${place} alone; for another folder use a store with that secretsPath, or data`,
          }
        : {
            is: `${shown} found nothing: nothing in ${place} has such a name`,
            remedy: 'correct name.regexp, or write the secrets there',
          },
    ]
  return [...fallenTogether(inPath, shown), ...shadowed(folder, inPath, shown, place)]
}

/** Names that are one key of a Secret: of the same name in several folders one arrives, of others none. */
function fallenTogether(chosen: readonly Candidate[], shown: string): Flaw[] {
  return [...Map.groupBy(chosen, ({ name }) => keyOf(name))].flatMap(([key, some]) => {
    if (new Set(some.map(({ value }) => value)).size < 2) return []
    const names = [...new Set(some.map(({ name }) => name))]
    const where = [...new Set(some.map(({ path }) => path))].map(path => printable(path, 200)).join(', ')
    return [
      names.length > 1
        ? {
            is: `${shown}: ${names.map(name => JSON.stringify(printable(name, 100))).join(' and ')} are both ${printable(key, 100)} in a Secret`,
            remedy: 'call one of them otherwise in Infisical: with both of them nothing arrives',
          }
        : {
            is: `${shown}: ${printable(key, 100)} is in ${where}, and one of them arrives`,
            remedy: 'call them otherwise, or name what is wanted in data, with its folder',
          },
    ]
  })
}

function shadowed(folder: ReadFolder, chosen: readonly Candidate[], shown: string, place: string): Flaw[] {
  const own = new Set(folder.own.map(({ name }) => name))
  return folder.imported.flatMap(({ environment, path, secrets }) =>
    secrets
      .filter(({ name }) => own.has(name) && chosen.some(one => one.name === name))
      .map(({ name }) => ({
        is: `${shown}: a secret of the folder's own shadows ${printable(name, 100)}, which it imports from ${environment}${path}`,
        remedy: `delete ${printable(name, 100)} in ${place}: what is imported is read then`,
      })),
  )
}
