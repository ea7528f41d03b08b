import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Step {
  readonly request?: { readonly path?: string; readonly body?: unknown }
  readonly status?: number
  readonly body?: unknown
}

/** Tells refusals that a real server was heard to give from those that were made up here. */
export interface Recorded {
  /**
   * What of a refusal no recording has, masked: its status and each of its texts. `path` and `body` are those of the
   * request that was refused.
   */
  strange(status: number, answer: unknown, path: string, body: unknown): string[]
}

// Put in by bundleServer, because a container has no recordings.
declare const STAND_IN_RECORDED: readonly string[] | undefined

/** What the recordings have: see {@link recordedRefusals}. */
export function openRecorded(): Recorded {
  const known = new Set(typeof STAND_IN_RECORDED === 'undefined' ? recordedRefusals() : STAND_IN_RECORDED)
  return {
    strange(status, answer, path, body) {
      const given = valuesOf(path, body)
      // A value that is an ordinary word of the text as well, such as a role, must not hide it.
      const isKnown = (message: string) =>
        [given, []].some(values => known.has(`${status} ${mask(message, values)}`))
      return messages(answer)
        .filter(message => !isKnown(message))
        .map(message => `${status} ${mask(message, given)}`)
    },
  }
}

/** Every refusal of every recording in test/fixtures/infisical-contract: `404 Secret with name <quoted> not found`. */
export function recordedRefusals(): string[] {
  const folder = join(import.meta.dirname, '../../../fixtures/infisical-contract')
  const files = readdirSync(folder).filter(name => name.endsWith('.json'))
  const steps = files.flatMap(name => {
    const read = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Step[] | { steps: Step[] }
    return Array.isArray(read) ? read : read.steps
  })
  const found = steps.flatMap(({ request, status = 200, body }) =>
    status < 400 ? [] : messages(body).map(text => `${status} ${mask(text, givenBy(request))}`),
  )
  return [...new Set(found)].sort()
}

const givenBy = (request: Step['request']) => valuesOf(request?.path ?? '', request?.body)

/** The values of a request, the longest first: one may be a part of another. */
function valuesOf(path: string, body: unknown): string[] {
  const url = URL.parse(path, 'http://any')
  const given = [...texts(body), ...(url?.searchParams.values() ?? [])]
  return given.filter(text => text.length > 1).sort((a, b) => b.length - a.length)
}

/** Every text called `message`: one, or those of zod's issues, also of a union's. */
function messages(answer: unknown): string[] {
  if (typeof answer !== 'object' || answer === null) return []
  return Object.entries(answer).flatMap(([name, value]) =>
    name === 'message' && typeof value === 'string' ? [value] : messages(value),
  )
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : []
}

// What is of one request only. Values that stand in a text without quotes are known from the request; the last two
// are of a token's claims, and of a name within an address.
const patterns: readonly [RegExp, string][] = [
  [/^Route \S+ not found$/, 'Route <route> not found'],
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<id>'],
  [/\b\d{4}-\d\d-\d\dT[\d:.]+Z\b/g, '<time>'],
  [/(?<= for field )\S+$/, '<claim>'],
  [/(?<= ENOTFOUND )\S+$/, '<host>'],
]

function mask(message: string, given: readonly string[]): string {
  const plain = patterns.reduce((text, [pattern, name]) => text.replace(pattern, name), message)
  const quoted = plain.replace(/'[^']*'|"[^"]*"/g, '<quoted>').replace(/(?<= )\/\S*/g, '<path>')
  const masked = given.reduce((text, value) => replaceWord(text, value), quoted)
  return masked.replace(/<given>(,\s*<given>)+/g, '<given>')
}

/** `value` where it is a word of its own in a text. */
function replaceWord(text: string, value: string): string {
  const literal = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return text.replace(new RegExp(`(?<![\\w<])${literal}(?![\\w>])`, 'g'), '<given>')
}
