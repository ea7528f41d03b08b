import { isMapping, joinPath, type Mapping, type RenderedObject } from '../../kernel/objects/index.ts'
import { parseReference } from '../../kernel/oci/index.ts'
import { documentsIn } from './image-documents.ts'
import { type Claim, claimOf, type Finding, formOf, verdictOf } from './image-names.ts'
import { joinedIn } from './image-parts.ts'
import { podImages } from './image-pods.ts'
import { fullNamesIn, imageNamesIn, isCommandLine, saidInLines, saidInWords } from './image-text.ts'

/** Most documents within one another. */
const deepest = 3

/**
 * Every image that an object names, and what looks like one: in its pods, in fields, flags and variables that say they
 * are images, in documents that it has as texts, and in any other text. Of a Secret nothing is read. The definition of a
 * custom resource is of no image, whatever it says: what it has as defaults or examples is a suspect.
 */
export function findingsIn(object: RenderedObject, depth = 0): Finding[] {
  if (object.kind === 'Secret') return []
  if (object.kind === 'CustomResourceDefinition') return [...defined(object.content, '', '')]
  // What a cluster found is not what an object asks for.
  const { status: _, ...asked } = object.content
  return [...podImages(object), ...walk(depth > 0 ? object.content : asked, { path: '', name: '', depth })]
}

/** Where the walk is. `name` is the field's, or for what a list holds the list's. */
interface At {
  readonly path: string
  readonly name: string
  readonly depth: number
}

function* walk(value: unknown, at: At): Generator<Finding> {
  if (typeof value === 'string') yield* inText(value, at)
  else if (Array.isArray(value)) {
    yield* inWords(value, at.name, word => `${at.path}[${word}]`)
    yield* inPairs(value, at)
    for (const [i, item] of value.entries()) yield* walk(item, { ...at, path: `${at.path}[${i}]` })
  } else if (isMapping(value)) yield* inMapping(value, at)
}

function* inMapping(mapping: Mapping, { path, name, depth }: At): Generator<Finding> {
  const joined = joinedIn(mapping, name)
  for (const { text, verdict, keys } of joined) yield { field: joinPath(path, keys[0] ?? ''), text, verdict }
  const done = new Set(joined.flatMap(({ keys }) => keys))
  const called = mapping['name']
  for (const [key, item] of Object.entries(mapping)) {
    // A block device of Ceph is called an image as well.
    if (done.has(key) || (key === 'image' && 'pool' in mapping)) continue
    yield* walk(item, { path: joinPath(path, key), name: nameOf(key, name, called), depth })
  }
}

/** An image in several variables, or in several flags: `--image-repository=NAME`, `--image-tag=v1`. */
function* inPairs(list: readonly unknown[], { path, name }: At): Generator<Finding> {
  const places = new Map<string, string>()
  const pairs: [string, string][] = []
  const isWords = isCommandLine(name)
  for (const [i, item] of list.entries()) {
    const flag = isWords && typeof item === 'string' ? /^--?([\w.-]+)=(.*)$/.exec(item)?.slice(1) : undefined
    const [key, value] = flag ?? (isMapping(item) ? [item['name'], item['value']] : [])
    if (typeof key !== 'string' || typeof value !== 'string') continue
    pairs.push([key, value])
    places.set(key, flag === undefined ? `${path}[${i}].value` : `${path}[${i}]`)
  }
  for (const { text, verdict, keys } of joinedIn(Object.fromEntries(pairs), ''))
    if (keys.length > 1) yield { field: places.get(keys[0] ?? '') ?? path, text, verdict }
}

/** What a field of a mapping is called: by a `name` beside its `value`; within `images` by that and its own name. */
function nameOf(key: string, parent: string, called: unknown): string {
  if (/^(?:value|default)$/.test(key) && typeof called === 'string') return called
  // In a schema.
  if (/^(?:default|examples?)$/.test(key)) return key
  return claimOf(key) === undefined && claimOf(parent) === 'image' ? `${parent}_of_${key}` : key
}

function* inWords(
  list: readonly unknown[],
  name: string,
  fieldOf: (word: number) => string,
): Generator<Finding> {
  const words = list.map(item => (typeof item === 'string' ? item : ''))
  for (const { claim, text, word } of saidInWords(words)) {
    const verdict = verdictOf(claim, text)
    if (verdict !== undefined)
      yield { field: fieldOf(word), text, verdict: isCommandLine(name) ? verdict : 'suspect' }
  }
}

function* inText(text: string, at: At): Generator<Finding> {
  const { path, name, depth } = at
  const claim = claimOf(name)
  const said = namesSaid(claim, text)
  if (said.length > 0) return yield* said.map(one => ({ field: path, ...one }))
  const documents = depth < deepest ? documentsIn(text, claim !== undefined) : []
  const found = documents.flatMap((content, i) =>
    inDocument(content, {
      ...at,
      path: `${path}${documents.length > 1 ? `[${i}]` : ''}: `,
      depth: depth + 1,
    }),
  )
  yield* found
  // The words of a list have been looked at together.
  if (documents.length === 0 && !/\[\d+\]$/.test(path)) yield* inWords([text], name, () => path)
  for (const one of documents.length === 0 ? saidInLines(text) : [])
    yield { field: path, text: one, verdict: 'suspect' }
  const known = new Set(found.map(one => one.text))
  for (const one of documents.length === 0 ? imageNamesIn(text) : fullNamesIn(text))
    if (!known.has(one)) yield { field: path, text: one, verdict: 'suspect' }
}

/** The name that a text is, or the names that it lists: by commas, in words, in lines. None where one of them is no name. */
function namesSaid(claim: Claim | undefined, text: string): Omit<Finding, 'field'>[] {
  if (claim === undefined || text.length > 100_000) return []
  const names = text.split(/[\s,;]+/).filter(one => one !== '')
  const said = names.flatMap(one => {
    const verdict = verdictOf(claim, one)
    // A bare word in a list is prose.
    return verdict === undefined || (names.length > 1 && formOf(one) === 'bare')
      ? []
      : [{ text: one, verdict }]
  })
  return said.length === names.length ? said : []
}

function inDocument(content: unknown, { path, name, depth }: At): Finding[] {
  if (Array.isArray(content)) return [...walk(content, { path, name, depth })]
  const kind = isMapping(content) && typeof content['kind'] === 'string' ? content['kind'] : ''
  const object = { chart: '', kind, title: '', content: content as Mapping }
  // What is no name there is a template's: `{{ .image }}`.
  const found = findingsIn(object, depth).filter(({ text }) => parseReference(text) !== undefined)
  return found.map(one => ({ ...one, field: `${path}${one.field}` }))
}

/** In a schema `image: {default: NAME}` is what `image: NAME` is elsewhere. */
function* defined(value: unknown, path: string, name: string): Generator<Finding> {
  if (typeof value === 'string') {
    const said = verdictOf(claimOf(name), value) === 'proven' ? [value] : fullNamesIn(value)
    for (const text of said) yield { field: path, text, verdict: 'suspect' }
  } else if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* defined(item, `${path}[${i}]`, name)
  } else if (isMapping(value)) {
    for (const [key, item] of Object.entries(value)) {
      const of = /^(?:default|examples?|enum)$/.test(key) ? name : typeof item === 'string' ? '' : key
      yield* defined(item, joinPath(path, key), of)
    }
  }
}
