import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One step of a recorded conversation; steps without a request are about decoded tokens. */
export interface Step {
  readonly name: string
  readonly request?: {
    readonly method: string
    readonly path: string
    readonly auth?: 'none' | 'bearer'
    readonly body: unknown
  }
  readonly status?: number
  readonly contentType?: string
  readonly body: unknown
}

/** The steps of a recording in test/fixtures/infisical-contract, in order. */
export function stepsOf(recording: string): Step[] {
  const file = join(import.meta.dirname, '../../fixtures/infisical-contract', `${recording}.json`)
  const read = JSON.parse(readFileSync(file, 'utf8')) as Step[] | { steps: Step[] }
  return Array.isArray(read) ? read : read.steps
}

const patterns: readonly [RegExp, string][] = [
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<uuid>'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<jwt>'],
  [/\b\d{4}-\d\d-\d\dT[\d:.]+Z\b/g, '<time>'],
  [/^[0-9a-f]{64}$/, '<client secret>'],
  [/^req-\w{14}$/, '<request>'],
  [/-----BEGIN PUBLIC KEY-----[\s\S]+/, '<public key>'],
  [/\btoken=[0-9a-f]{32}\b/g, 'token=<invite token>'],
  // What later recordings leave out themselves.
  [/\((jwt|client secret|invite token)\)/g, '<$1>'],
  [/^\(PEM\)$/, '<public key>'],
]
const nil = '00000000-0000-0000-0000-000000000000'

function text(value: string, key: string): string {
  if (value === nil) return value
  // Slugs that the server makes end in random letters and digits, cut into words.
  if (key === 'slug') return value.replace(/^(openova|cert-manager)-[a-z0-9-]+$/, '$1-<random>')
  if (key === 'clientSecretPrefix') return value.replace(/^[0-9a-f]{4}$/, '<prefix>')
  return patterns.reduce((result, [pattern, name]) => result.replace(pattern, name), value)
}

/** A text with ids, tokens and times masked, such as an answer that is JSON in part. */
export const masked = (value: string): string => text(value, '')

/**
 * What of an answer is contract: everything but ids, tokens, times and random names. Lists of secrets and
 * of people are brought into the order of their names, because the real server answers them in no order.
 */
export function essence(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return text(value, key)
  if (typeof value === 'number' && ['iat', 'exp', 'creationEpoch'].includes(key)) return '<seconds>'
  if (Array.isArray(value)) return inOrder(value).map(item => essence(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, essence(item, name)]))
}

function inOrder(list: readonly unknown[]): readonly unknown[] {
  return list.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))
}

function nameOf(item: unknown): string {
  const { secretKey, email, user } = (item ?? {}) as Record<string, unknown>
  const { username } = (user ?? {}) as Record<string, unknown>
  return String(secretKey ?? email ?? username ?? '')
}

/** Learns which live id or token stands for which recorded one, from two answers of the same essence. */
export function learn(names: Map<string, string>, recorded: unknown, live: unknown): void {
  if (typeof recorded === 'string' && typeof live === 'string') {
    // A recorded id that stood for one live id must go on standing for it, unless it is new.
    const changing = /^([0-9a-f]{64}|[0-9a-f-]{36}|eyJ.+)$/
    if (changing.test(recorded) && recorded !== nil && !names.has(recorded)) names.set(recorded, live)
  } else if (Array.isArray(recorded) && Array.isArray(live)) {
    const other = inOrder(live)
    inOrder(recorded).forEach((item, i) => void learn(names, item, other[i]))
  } else if (typeof recorded === 'object' && recorded !== null) {
    const other = live as Record<string, unknown>
    for (const [name, item] of Object.entries(recorded)) learn(names, item, other[name])
  }
}

/** Replaces every recorded id and token in `value` by the live one that was learnt for it. */
export function translate<T>(names: ReadonlyMap<string, string>, value: T): T {
  let json = JSON.stringify(value) ?? 'null'
  for (const [recorded, live] of names) json = json.replaceAll(recorded, live)
  return JSON.parse(json) as T
}

/** All ids (not tokens) in a body, by where they are: `secret.id`, `secrets.0.id`. */
export function ids(value: unknown, at = ''): Record<string, string> {
  if (typeof value === 'string') return /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(value) ? { [at]: value } : {}
  if (typeof value !== 'object' || value === null) return {}
  const list = Array.isArray(value) ? inOrder(value) : value
  const inner = Object.entries(list).map(([name, item]) => ids(item, at ? `${at}.${name}` : name))
  return Object.assign({}, ...inner) as Record<string, string>
}
