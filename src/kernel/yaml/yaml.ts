import { CORE_SCHEMA, dump, load, loadAll, mergeTag, YAMLException } from 'js-yaml'
import { loadFlows } from './flows.ts'
import { helmSchema } from './helm-schema.ts'

const schema = CORE_SCHEMA.withTags(mergeTag)

// Most places of a text where a value may begin. Read, each takes some 350 bytes of memory, and a megabyte of text may
// have half a million; a chart repository's index of 28 MB, with the usual fields, has 1.3 million.
const mostValues = 2_000_000

/**
 * One document; an empty text is `undefined`. Without `aliases` none may be in it.
 * @throws YAMLException with line and column
 */
export function parseYaml(text: string, { aliases = true }: { readonly aliases?: boolean } = {}): unknown {
  const maxAliases = aliases ? -1 : 0
  const documents = bounded(text, loadAll(sparse(text), { schema, maxAliases }))
  return documents.length > 1 ? load(text, { schema, maxAliases }) : documents[0]
}

/**
 * Every document of what is written for helm, Kubernetes or K3s, or by them, empty ones left out. Read as they do, by
 * libyaml and YAML 1.1: `on` is a boolean, of a key that is there twice the last counts, tags of programs say nothing,
 * brackets may end in any column. Without `typed` every scalar but null is the text that it is written as, as a Go
 * program has it in a field for texts. With `perhaps` the text may be no YAML at all: of what js-yaml reads more strictly
 * than libyaml only a little is mended. @throws YAMLException with line and column
 */
export function parseManifests(
  text: string,
  { typed = true, perhaps = false }: { readonly typed?: boolean; readonly perhaps?: boolean } = {},
): unknown[] {
  return bounded(text, loadFlows(sparse(text), { schema: helmSchema(typed), json: true }, perhaps))
}

/** The text, unless it is dense with values. */
function sparse(text: string): string {
  const begins = /[\n,[{]|- /g
  for (let places = 0; begins.test(text); places++)
    if (places === mostValues) throw new YAMLException(`it has more than ${mostValues} values`)
  return text
}

function bounded(text: string, all: readonly unknown[]): unknown[] {
  const documents = all.filter(document => document !== null && document !== undefined)
  const known = new Map<object, number>()
  // What is being counted counts for too much: a list that holds itself.
  const valuesOf = (value: unknown): number => {
    // A long text counts for more: one of a megabyte, a thousand times.
    if (typeof value === 'string') return 1 + Math.floor(value.length / 256)
    if (typeof value !== 'object' || value === null) return 1
    const before = known.get(value)
    if (before !== undefined) return before
    known.set(value, mostValues)
    const values = Object.values(value).reduce((sum: number, field) => sum + valuesOf(field), 1)
    known.set(value, values)
    return values
  }
  // Aliases are counted as what they stand for: nine short lines can stand for a billion values.
  if (text.includes('*') && valuesOf(documents) > mostValues)
    throw new YAMLException(`its aliases stand for more than ${mostValues} values`)
  return documents
}

/** YAML text of a plain value. `sorted` orders every mapping's keys. */
export function printYaml(value: unknown, options: { sorted?: boolean } = {}): string {
  return dump(value, { lineWidth: -1, noRefs: true, sortKeys: options.sorted ?? false })
}
