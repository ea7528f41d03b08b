import { CORE_SCHEMA, dump, load, loadAll, mergeTag } from 'js-yaml'

const schema = CORE_SCHEMA.withTags(mergeTag)

/** One document; an empty text is `undefined`. @throws YAMLException with line and column. */
export function parseYaml(text: string): unknown {
  const documents = parseAllYaml(text)
  return documents.length > 1 ? load(text, { schema }) : documents[0]
}

/** Every document of a stream, empty ones left out. @throws YAMLException with line and column. */
export function parseAllYaml(text: string): unknown[] {
  return loadAll(text, { schema }).filter(document => document !== null && document !== undefined)
}

/** YAML text of a plain value. `sorted` orders every mapping's keys. */
export function printYaml(value: unknown, options: { sorted?: boolean } = {}): string {
  return dump(value, { lineWidth: -1, noRefs: true, sortKeys: options.sorted ?? false })
}
