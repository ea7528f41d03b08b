import * as z from 'zod'
import { count, printable } from '../errors/index.ts'
import { nearest } from './nearest.ts'
import { parseYaml } from './yaml.ts'

/** What {@link checkYaml} gives: the value, or every fault of the text, one line each. */
type Checked<T> =
  | { readonly value: T; readonly raw: unknown; readonly faults?: never }
  | { readonly faults: readonly string[]; readonly raw: unknown; readonly value?: never }

/** How to check. */
interface CheckOptions {
  /** Whether faults may quote the document's values; a file that may hold what is not for a log says no. */
  readonly quote?: boolean
}

/** Most faults that are told of one document. */
const mostFaults = 100

/**
 * Reads one YAML document and holds it to a schema. Never throws for bad input: syntax errors come with line
 * and column, wrong fields with their path, what is expected and what was found, unknown keys with the
 * nearest known one.
 */
export function checkYaml<T>(
  text: string,
  schema: z.ZodType<T>,
  { quote = true }: CheckOptions = {},
): Checked<T> {
  let raw: unknown
  try {
    raw = parseYaml(text)
  } catch (error) {
    return { faults: [syntaxFault(error, quote)], raw: undefined }
  }
  const result = parsed(raw, schema)
  if (result === undefined) return { faults: [tooMany], raw }
  if (result.success) return { value: result.data, raw }
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const told = result.error.issues.slice(0, mostFaults)
  const faults = told.flatMap(issue => issueFaults(issue, raw, shape, quote))
  const more = result.error.issues.length - mostFaults
  return { faults: more > 0 ? [...faults, `and ${more} more of the kind`] : faults, raw }
}

const tooMany = '(document): has too many faults to tell them apart; compare it with what its format says'

/** What zod says; nothing where it has more faults at once than a call takes arguments, which is how it hands them up. */
function parsed<T>(raw: unknown, schema: z.ZodType<T>): z.ZodSafeParseResult<T> | undefined {
  try {
    return schema.safeParse(raw)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Writes a path as people do: `charts[0].version`; the whole document is `(document)`. */
function printPath(path: readonly PropertyKey[]): string {
  const parts = path.map((key, i) => {
    if (typeof key === 'number') return `[${key}]`
    const name = printable(String(key))
    return /^[\w-]+$/.test(name) ? `${i === 0 ? '' : '.'}${name}` : `["${name}"]`
  })
  return parts.join('') || '(document)'
}

/** Why a text is no YAML, with line, below the first `above`, and column; `quote` as in {@link CheckOptions}. */
export function syntaxFault(error: unknown, quote: boolean, above = 0): string {
  const { reason, mark } = (error ?? {}) as { reason?: string; mark?: { line: number; column: number } }
  const place = mark === undefined ? '' : `line ${mark.line + 1 - above}, column ${mark.column + 1}: `
  const said = reason ?? String(error)
  return `${place}not readable as YAML: ${printable(quote ? said : unquoted(said))}`
}

/** The parser's reason without the names of tags and aliases, which are text of the document. */
const unquoted = (reason: string): string => reason.replace(/"[^"]*"|<[^>]*>|(?<=: ).*/gs, '…')

function issueFaults(issue: z.core.$ZodIssue, raw: unknown, shape: JsonShape, quote: boolean): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(shape, issue.path)
    const told = issue.keys.slice(0, mostFaults).map(key => {
      const guess = nearest(key, known)
      const advice = guess === undefined ? `known here: ${known.join(', ')}` : `did you mean "${guess}"?`
      return `${printPath([...issue.path, key])}: unknown key; ${advice}`
    })
    const more = issue.keys.length - told.length
    return more > 0 ? [...told, `${printPath(issue.path)}: and ${count(more, 'more unknown key')}`] : told
  }
  const found = valueAt(raw, issue.path)
  const expected = expectation(issue)
  if (found === undefined) return [`${printPath(issue.path)}: missing; expected ${expected}`]
  const mute = quote ? issue.code === 'custom' && typeof found === 'object' : issue.code !== 'invalid_type'
  const shown = mute ? '' : `; found ${quote ? show(found) : kindOf(found)}`
  return [`${printPath(issue.path)}: expected ${expected}${shown}`]
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.map(value => JSON.stringify(value)).join(' or ')
    case 'invalid_type':
      return issue.expected === 'record' || issue.expected === 'object'
        ? 'a mapping'
        : article(issue.expected)
    case 'invalid_format':
      return issue.format === 'url' ? 'an http:// or https:// address' : issue.message
    case 'too_small':
      return `at least ${issue.minimum}${unit(issue.origin)}`
    case 'too_big':
      return `at most ${issue.maximum}${unit(issue.origin)}`
    default:
      return issue.message
  }
}

const article = (noun: string): string =>
  noun === 'array' ? 'a list' : /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`
const unit = (origin: string): string =>
  origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : ''

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (value === null) return 'nothing'
  return typeof value === 'object' ? 'a mapping' : `a ${typeof value}`
}

function show(value: unknown): string {
  if (typeof value === 'object' && value !== null) return kindOf(value)
  return printable(JSON.stringify(value) ?? String(value), 80)
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    raw,
  )
}

/** The few words of JSON Schema that the walk to a nested object needs. */
interface JsonShape {
  readonly properties?: Readonly<Record<string, unknown>> | undefined
  readonly items?: unknown
  readonly additionalProperties?: unknown
}

function knownKeys(shape: JsonShape, path: readonly PropertyKey[]): string[] {
  const place = path.reduce<JsonShape | undefined>((at, key) => {
    const next =
      typeof key === 'number' ? at?.items : (at?.properties?.[String(key)] ?? at?.additionalProperties)
    return typeof next === 'object' && next !== null ? next : undefined
  }, shape)
  return Object.keys(place?.properties ?? {})
}
