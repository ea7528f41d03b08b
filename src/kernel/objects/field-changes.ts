import * as z from 'zod'
import { printable } from '../errors/index.ts'
import { isMapping, joinPath } from './rendered.ts'
import { seemsSecret } from './seems-secret.ts'

/** One field that differs. `before` and `after` are short texts of the values; what is not to be shown has neither. */
export const fieldChange = z.strictObject({
  path: z.string(),
  kind: z.enum(['added', 'removed', 'changed']),
  before: z.string().optional(),
  after: z.string().optional(),
})

export type FieldChange = z.infer<typeof fieldChange>

/** How many values may still be looked at: what strangers' charts render to can be without end (YAML aliases). */
export interface Patience {
  left: number
}

/** Fields told per object. */
const mostFields = 20
/** Texts are cut there; of those several times as long, or of many lines, only the path is told. */
const longText = 120

// Large, and of no use to people: that it differs is enough.
const opaque = new Set(['openAPIV3Schema', 'caBundle'])

/** What differs, as far as it is told, and what is not told of it. */
export interface Differences {
  readonly fields: FieldChange[]
  /** Fields beyond those. */
  readonly more: number
  /** Path and both values of each that is not told, or not in full; of what is secret nothing. */
  readonly untold: readonly unknown[]
}

/**
 * The fields in which two values differ, at most 20, and how many more there are. Lists of named items (containers,
 * variables, ports) are compared by name, lists of plain values by value, others by position. What seems secret by its
 * name, or by what it is, is not shown: charts and people put passwords into variables, too.
 * @param secret values must not be shown
 */
export function fieldChanges(
  before: unknown,
  after: unknown,
  secret: boolean,
  patience: Patience,
): Differences {
  const fields: FieldChange[] = []
  const untold: unknown[] = []
  let more = 0
  for (const leaf of leavesThatDiffer('', before, after, patience)) {
    const isTold = fields.length < mostFields
    if (isTold) fields.push(told(leaf, secret))
    else more += 1
    if (!secret && !isSecret(leaf) && !(isTold && isShort(leaf)))
      untold.push([leaf.path, leaf.before ?? null, leaf.after ?? null])
  }
  return { fields, more, untold }
}

const isSecret = ({ path, before, after }: Leaf) => seemsSecret(path, before) || seemsSecret(path, after)

/** Whether all of it is told. */
function isShort({ before, after, hidden = false }: Leaf): boolean {
  const short = (value: unknown) =>
    typeof value === 'string' ? shown(value)?.endsWith('"') === true : typeof value !== 'object'
  return !hidden && [before, after].every(short)
}

interface Leaf {
  readonly path: string
  readonly before: unknown
  readonly after: unknown
  readonly hidden?: boolean
}

function* leavesThatDiffer(
  path: string,
  before: unknown,
  after: unknown,
  patience: Patience,
): Generator<Leaf, void, undefined> {
  if (before === after) return
  const children = childrenOf(path, before, after)
  // Where patience ends, it is told once that there is a difference.
  if (children === undefined || patience.left === 0)
    yield { path, before, after, hidden: patience.left === 0 }
  patience.left -= 1
  if (children === undefined || patience.left < 0) return
  if (children.length === 0 && (before === undefined || after === undefined)) yield { path, before, after }
  for (const { key, at, was, is } of children) {
    const below = leavesThatDiffer(at, was, is, patience)
    if (!opaque.has(key)) yield* below
    else if (!below.next().done) yield { path: at, before: was, after: is, hidden: true }
  }
}

interface Child {
  readonly key: string
  readonly at: string
  readonly was: unknown
  readonly is: unknown
}

/** What lies below two mappings or two lists, one of which may be missing; nothing lies below anything else. */
function childrenOf(path: string, before: unknown, after: unknown): Child[] | undefined {
  const both = [before, after].filter(value => value !== undefined)
  if (both.every(isMapping)) {
    const fields = (value: unknown) => new Map(Object.entries(value ?? {}))
    return union(fields(before), fields(after), key => joinPath(path, key))
  }
  if (!both.every(Array.isArray)) return undefined
  const list = (value: unknown) => (value ?? []) as unknown[]
  const [was, is] = [byKey(list(before)), byKey(list(after))]
  if (was === undefined || is === undefined)
    return union(byPosition(list(before)), byPosition(list(after)), key => `${path}[${key}]`)
  const order = (one: Keyed, other: Keyed) => [...one.keys()].filter(key => other.has(key)).join(' ')
  const items = union(was, is, (key, item) => `${path}[${isMapping(item) ? key : ''}]`)
  const [first, then] = [order(was, is), order(is, was)]
  return first === then ? items : [...items, { key: '', at: `${path} (order)`, was: first, is: then }]
}

type Keyed = ReadonlyMap<string, unknown>

function union(before: Keyed, after: Keyed, at: (key: string, item: unknown) => string): Child[] {
  return [...new Set([...before.keys(), ...after.keys()])].map(key => {
    const [was, is] = [before.get(key), after.get(key)]
    return { key, at: at(key, was ?? is), was, is }
  })
}

const byPosition = (list: readonly unknown[]): Keyed => new Map(list.map((item, i) => [`${i}`, item]))

/** Items by their name, or by themselves where they are plain; nothing where that does not tell them apart. */
function byKey(list: readonly unknown[]): Keyed | undefined {
  const keys = list.map(item => (isMapping(item) ? item['name'] : item))
  if (!keys.every(key => typeof key !== 'object' && key !== undefined)) return undefined
  const keyed = new Map(list.map((item, i) => [String(keys[i]), item]))
  return keyed.size === list.length ? keyed : undefined
}

function told({ path, before, after, hidden = false }: Leaf, secret: boolean): FieldChange {
  const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'
  const change = { path: printable(path, 300), kind } as const
  const [was, is] = [shown(before), shown(after)]
  if (isSecret({ path, before, after })) return change
  if (hidden || secret || was === is || was === undefined || is === undefined) return change
  return {
    ...change,
    ...(before === undefined ? {} : { before: was }),
    ...(after === undefined ? {} : { after: is }),
  }
}

/** A value's text, cut; nothing for what is too long to say anything. */
function shown(value: unknown): string | undefined {
  if (isMapping(value)) return Object.keys(value).length === 0 ? '{}' : '{…}'
  if (Array.isArray(value)) return value.length === 0 ? '[]' : '[…]'
  if (typeof value !== 'string') return String(value)
  return value.includes('\n') || value.length > 4 * longText ? undefined : printable(`"${value}"`, longText)
}
