import { printable } from '../errors/index.ts'
import { entriesOf } from '../fields/index.ts'
import { type Entry, shown, text } from './names.ts'

/** ExternalSecrets of one name in a namespace, or for one Secret there, and those of namespaces that are not served. */
export function broughtClashes(served: readonly Entry[]): string[] {
  const all = objectsOf(served, 'externalSecrets')
  const placed = (field: string) => again(all, field, ({ one }) => inNamespace(one, field))
  return [...unserved(all), ...placed('name'), ...placed('target')]
}

/** PushSecrets of one name in a namespace, those of namespaces that are not served, and two that write one secret. */
export function pushClashes(served: readonly Entry[]): string[] {
  const all = objectsOf(served, 'pushSecrets')
  const written = all.flatMap(({ one, path, store }) =>
    Object.entries(typeof one['data'] === 'object' && one['data'] !== null ? one['data'] : {}).map(
      ([key, remote]) => ({ one: { remote }, path: `${path}.data`, store, key }),
    ),
  )
  const taken = again(written, 'key', ({ one, store }) => {
    const remote = text(one['remote'])
    // A name by itself is one in the root.
    return remote === undefined ? undefined : `${store}:${remote.replace(/^(?!\/)/, '/')}`
  })
  return [...unserved(all), ...again(all, 'name', ({ one }) => inNamespace(one, 'name')), ...taken]
}

interface Found {
  readonly one: Entry
  readonly path: string
  readonly store: string
  readonly namespaces?: readonly unknown[] | undefined
}

function objectsOf(served: readonly Entry[], list: string): Found[] {
  return served.flatMap((entry, at) =>
    entriesOf(entry, list).map((one, i) => ({
      ...{ one, path: `stores.serve[${at}].${list}[${i}]` },
      store: `${text(entry['project'])}.${text(entry['environment'])}`,
      namespaces: Array.isArray(entry['namespaces']) ? entry['namespaces'] : undefined,
    })),
  )
}

function unserved(all: readonly Found[]): string[] {
  return all
    .filter(
      ({ one, namespaces }) =>
        text(one['namespace']) !== undefined && namespaces?.includes(one['namespace']) === false,
    )
    .map(
      ({ one, path }) =>
        `${path}.namespace: expected a namespace that the store serves; found ${shown(one['namespace'])}`,
    )
}

function inNamespace(one: Entry, field: string): string | undefined {
  const [namespace, name] = [text(one['namespace']), text(one[field])]
  return namespace === undefined || name === undefined ? undefined : `${namespace}/${name}`
}

/** What comes more than once by what `nameOf` makes of it. */
function again<T extends Found & { readonly key?: string }>(
  all: readonly T[],
  field: string,
  nameOf: (found: T) => string | undefined,
): string[] {
  const first = new Map<string, string>()
  return all.flatMap(found => {
    const name = nameOf(found)
    if (name === undefined) return []
    const before = first.get(name)
    const path = `${found.path}.${found.key ?? field}`
    if (before === undefined) first.set(name, found.path)
    return before === undefined
      ? []
      : [`${path}: expected a name of its own; ${printable(name)} is ${before} already`]
  })
}
