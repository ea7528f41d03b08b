import { eventsToAst, type Node, parseEvents, SCALAR_STYLE, YAML11_SCHEMA, YAMLException } from 'js-yaml'

/** A value as it is written: no number is counted, no key is lost, and each knows what YAML takes it for. */
export type Written = WrittenScalar | WrittenList | WrittenMapping

/** A text without its quotes and escapes. Only what has no quotes can be something other than a text. */
export interface WrittenScalar {
  readonly kind: 'scalar'
  readonly text: string
  /** `binary` is base64. */
  readonly type: 'text' | 'integer' | 'float' | 'boolean' | 'time' | 'null' | 'binary'
}

export interface WrittenList {
  readonly kind: 'list'
  readonly items: readonly Written[]
}

/** Entries in the order of the text; a key may be there twice. */
export interface WrittenMapping {
  readonly kind: 'mapping'
  readonly entries: readonly WrittenEntry[]
}

export interface WrittenEntry {
  readonly key: string
  readonly value: Written
  /** Not a key of its own, but a merge key: what it holds counts where the mapping itself has no such key. */
  readonly merges: boolean
}

const types: Readonly<Record<string, WrittenScalar['type']>> = {
  int: 'integer',
  float: 'float',
  bool: 'boolean',
  timestamp: 'time',
  null: 'null',
  binary: 'binary',
}

// Numbers of YAML 1.2 only: `1e3`, `0o17`.
const newer = /^[-+]?(?:0o[0-7]+|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+)$/

/** The last word of a tag, however it is written: `!!int`, `tag:yaml.org,2002:int`. */
const wordOf = (tag: string): string => /^(?:!!|tag:yaml\.org,2002:)(\w+)$/.exec(tag)?.[1] ?? ''

/**
 * Every document of a YAML text; `undefined` for one that is empty. Aliases are what they stand for, the same object
 * wherever that is.
 * @throws YAMLException with line and column, which may quote the text
 */
export function parseWritten(text: string): (Written | undefined)[] {
  const events = parseEvents(text, {})
  return eventsToAst(events, { source: text, schema: YAML11_SCHEMA }).map(({ contents }) =>
    contents === null ? undefined : writtenOf(contents, new Map()),
  )
}

function writtenOf(node: Node, anchors: Map<string, Written>): Written {
  if (node.kind === 'alias') {
    const found = anchors.get(node.anchor)
    // One within what it names is not there yet either.
    if (found === undefined) throw new YAMLException('an alias names what is not there')
    return found
  }
  const written = contentOf(node, anchors)
  if (node.anchor !== undefined) anchors.set(node.anchor, written)
  return written
}

function contentOf(node: Exclude<Node, { kind: 'alias' }>, anchors: Map<string, Written>): Written {
  if (node.kind === 'scalar') {
    const type = types[wordOf(node.tag)] ?? 'text'
    const bare = node.style === SCALAR_STYLE.PLAIN && !node.tagged
    return { kind: 'scalar', text: node.value, type: bare && newer.test(node.value) ? 'float' : type }
  }
  if (node.kind === 'sequence')
    return { kind: 'list', items: node.items.map(item => writtenOf(item, anchors)) }
  const entries = node.items.map(({ key, value }) => {
    const name = writtenOf(key, anchors)
    if (name.kind !== 'scalar') throw new YAMLException('a key is a list or a mapping')
    const merges = key.kind === 'scalar' && wordOf(key.tag) === 'merge'
    return { key: name.text, value: writtenOf(value, anchors), merges }
  })
  return { kind: 'mapping', entries }
}
