import type { MappingPlace, ScalarPlace, YamlPlace } from '../../kernel/yaml/index.ts'

type Pair = MappingPlace['pairs'][number]

/** The key and value of a mapping by the key's name: of several the last, and merged ones after its own. */
export function pairOf(
  place: YamlPlace | undefined,
  name: string,
  seen: Set<YamlPlace> = new Set(),
): Pair | undefined {
  // What was looked through already has no such key: aliases of aliases would be asked without end.
  if (place?.kind !== 'mapping' || seen.has(place)) return undefined
  seen.add(place)
  const own = place.pairs.findLast(({ key }) => key.kind === 'scalar' && key.value === name)
  if (own !== undefined) return own
  for (const { key, value } of place.pairs) {
    if (key.kind !== 'scalar' || key.value !== '<<') continue
    for (const source of value.kind === 'sequence' ? value.items : [value]) {
      const found = pairOf(source, name, seen)
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** The value at a path of keys. */
export function placeAt(place: YamlPlace | undefined, ...path: readonly string[]): YamlPlace | undefined {
  return path.reduce<YamlPlace | undefined>((at, name) => pairOf(at, name)?.value, place)
}

/** The scalar at a path of keys; nothing for anything else. */
export function scalarAt(place: YamlPlace | undefined, ...path: readonly string[]): ScalarPlace | undefined {
  const found = placeAt(place, ...path)
  return found?.kind === 'scalar' ? found : undefined
}

/** The text at a path of keys. */
export function textAt(place: YamlPlace | undefined, ...path: readonly string[]): string | undefined {
  return scalarAt(place, ...path)?.value
}

/** Every value below a place, itself included; one that several aliases stand for once. */
export function below(place: YamlPlace): YamlPlace[] {
  const seen = new Set<YamlPlace>()
  const visit = (at: YamlPlace): void => {
    if (seen.has(at)) return
    seen.add(at)
    if (at.kind === 'sequence') for (const item of at.items) visit(item)
    if (at.kind === 'mapping')
      for (const { key, value } of at.pairs) {
        visit(key)
        visit(value)
      }
  }
  visit(place)
  return [...seen]
}

/** Objects of a document: those of a list are its items, at any depth. */
export function objectsIn(document: YamlPlace, seen: Set<YamlPlace> = new Set()): YamlPlace[] {
  if (seen.has(document)) return []
  seen.add(document)
  const items = placeAt(document, 'items')
  const isList = items?.kind === 'sequence' && (textAt(document, 'kind') ?? '').endsWith('List')
  return isList ? [document, ...items.items.flatMap(item => objectsIn(item, seen))] : [document]
}
