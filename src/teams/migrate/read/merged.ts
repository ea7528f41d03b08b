import type { Written, WrittenEntry, WrittenMapping } from '../../../kernel/yaml/index.ts'
import { counted } from './place.ts'

/** An entry that a mapping has, by itself or by a merge key, with what stands at its place in the encrypted file. */
export interface OwnEntry {
  readonly key: string
  readonly value: Written
  readonly sealed: Written | undefined
  readonly merged: boolean
  /** The how manieth of its key this is. */
  readonly nth: number
}

/**
 * The entries of a mapping with its merge keys followed (yaml.org/type/merge.html): what the mapping has itself counts,
 * then what an earlier source has. sops writes a merge key out, with what it names in it.
 */
export function ownEntries(node: WrittenMapping, sealed: Written | undefined): readonly OwnEntry[] {
  // Only where sops has not been can one mapping be there, by its alias, a billion times.
  if (sealed !== undefined) return readEntries(node, sealed)
  const before = known.get(node)
  if (before !== undefined) return before
  const read = readEntries(node, undefined)
  known.set(node, read)
  return read
}

const known = new WeakMap<WrittenMapping, readonly OwnEntry[]>()

function readEntries(node: WrittenMapping, sealed: Written | undefined): readonly OwnEntry[] {
  const sealedOf = partners(sealed)
  const all = node.entries.map(entry => ({ ...entry, sealed: sealedOf(entry) }))
  const own = counted(all.filter(({ merges }) => !merges).map(entry => ({ ...entry, merged: false })))
  const keys = new Set(own.map(({ key }) => key))
  const merged: OwnEntry[] = []
  for (const { value, sealed: within } of all.filter(({ merges }) => merges))
    for (const [source, sealedSource] of sourcesOf(value, within))
      for (const entry of source.kind === 'mapping' ? ownEntries(source, sealedSource) : []) {
        if (keys.has(entry.key)) continue
        keys.add(entry.key)
        merged.push({ ...entry, merged: true, nth: 1 })
      }
  return [...own, ...merged]
}

function sourcesOf(value: Written, sealed: Written | undefined): (readonly [Written, Written | undefined])[] {
  if (value.kind !== 'list') return [[value, sealed]]
  const items = sealed?.kind === 'list' ? sealed.items : []
  return value.items.map((item, i) => [item, items[i]] as const)
}

/** Finds each entry's partner in the encrypted file: of those of its key, the one that comes as early. */
function partners(sealed: Written | undefined): (entry: WrittenEntry) => Written | undefined {
  const waiting = new Map<string, Written[]>()
  const nameOf = ({ key, merges }: WrittenEntry) => `${merges ? 'merge' : 'key'} ${key}`
  for (const entry of sealed?.kind === 'mapping' ? sealed.entries : []) {
    const those = waiting.get(nameOf(entry))
    if (those === undefined) waiting.set(nameOf(entry), [entry.value])
    else those.push(entry.value)
  }
  return entry => waiting.get(nameOf(entry))?.shift()
}

/** A value in which those keys merge that do in another of the same shape: in JSON `<<` is a key like any. */
export function mergingAs(value: Written, model: Written | undefined): Written {
  if (value.kind === 'list') {
    const items = model?.kind === 'list' ? model.items : []
    return { kind: 'list', items: value.items.map((item, i) => mergingAs(item, items[i])) }
  }
  if (value.kind === 'scalar' || model?.kind !== 'mapping') return value
  const entries = value.entries.map((entry, i) => {
    const like = model.entries[i]
    return { ...entry, value: mergingAs(entry.value, like?.value), merges: like?.merges ?? false }
  })
  return { kind: 'mapping', entries }
}
