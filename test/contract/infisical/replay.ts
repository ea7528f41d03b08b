/** Replays a recorded conversation against a live server, step by step, and compares everything that is contract. */
import { createSign, generateKeyPairSync } from 'node:crypto'
import { expect } from 'vitest'
import { essence, ids, learn, masked, type Step, translate } from './recording.ts'

type Kind = 'bootstrap' | 'user' | 'identity'

/** A conversation with a server under way. */
export interface Replay {
  /** The last token of each kind. */
  readonly tokens: Record<Kind, string>
  run(step: Step): Promise<void>
}

/** What a recording does not say, or leaves out, by the step. */
export interface Hooks {
  /** Whose token a step uses. */
  readonly bearer: (step: Step, tokens: Readonly<Record<Kind, string>>) => string
  /** The body of a request, with the recorded ids translated already. */
  readonly body: (step: Step, body: unknown) => unknown
}

// A recorded CI key's private half was not kept and its tokens have expired, so tests sign their own.
const ci = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** The key that {@link ciToken} signs with, as PEM. */
export const ciPublicKey = ci.publicKey.export({ type: 'spki', format: 'pem' }).toString()

/** A CI's token (RS256) with these claims, good for `seconds` from now. */
export function ciToken(claims: Readonly<Record<string, string>>, seconds = 600): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const iat = Math.floor(Date.now() / 1000)
  const data = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ ...claims, iat, exp: iat + seconds })}`
  return `${data}.${createSign('sha256').update(data).sign(ci.privateKey, 'base64url')}`
}

/** Begins a conversation with the (fresh) server at `baseUrl`; it may move, when it is started again. */
export function replaying(baseUrl: string | (() => string), { bearer, body: bodyOf }: Hooks): Replay {
  /** Live ids and tokens by the recorded ones. */
  const names = new Map<string, string>()
  const tokens = { bootstrap: '', user: '', identity: '' }
  /** Of what kind answers were that the recording has whole, by their routes. */
  const kinds = new Map<string, string>()

  async function send(step: Step): Promise<Response> {
    const { method, path, auth } = step.request ?? { method: '', path: '' }
    const body = bodyOf(step, translate(names, step.request?.body))
    const isForm = step.name.endsWith('form body')
    const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
    const form = () => new URLSearchParams(body as Record<string, string>).toString()
    const text = typeof body === 'string' ? body : isForm ? form() : JSON.stringify(body)
    const authorization = auth === 'bearer' ? { authorization: `Bearer ${bearer(step, tokens)}` } : {}
    const content = body === null ? {} : { body: text }
    const headers = { ...authorization, ...(body === null ? {} : { 'content-type': type }) }
    const base = typeof baseUrl === 'string' ? baseUrl : baseUrl()
    return fetch(base + translate(names, path), { method, headers, ...content })
  }

  function keep(name: string, body: unknown): void {
    const answer = body as {
      token?: string
      accessToken?: string
      clientSecret?: string
      identity?: { credentials?: { token: string } }
    }
    if (name === 'bootstrap') tokens.bootstrap = answer.identity?.credentials?.token ?? ''
    if (name === 'user login' || name === 'select organization')
      tokens.user = answer.token ?? answer.accessToken ?? ''
    if (name === 'universal auth login' || name === 'identity logs in')
      tokens.identity = answer.accessToken ?? ''
    if (answer.clientSecret !== undefined) names.set('(client secret)', answer.clientSecret)
  }

  async function run(step: Step): Promise<void> {
    const response = await send(step)
    const text = await response.text()
    const contentType = response.headers.get('content-type')
    if (isCut(step.body)) return compareCut(step, response.status, contentType, text, kinds)
    if (step.status === 200) kinds.set(routeOf(step), kindOf(step.body))
    const live: unknown = JSON.parse(text)
    expect(essence(live)).toEqual(essence(step.body))
    expect(response.status).toBe(step.status)
    expect(contentType).toBe(step.contentType ?? json)
    if (step.status !== 200) return
    learn(names, step.body, live)
    keep(step.name, live)
    // The same thing has the same id in every later answer.
    const expected = Object.entries(ids(step.body)).map(([at, id]) => [at, names.get(id) ?? id])
    expect(ids(live)).toEqual(Object.fromEntries(expected))
  }
  return { tokens, run }
}

const isCut = (body: unknown): body is string => typeof body === 'string' && /^\(\d+ bytes\) /.test(body)

const json = 'application/json; charset=utf-8'

/**
 * Of a long answer the recording has its length and its first characters. What is behind them is held to what the
 * recording has whole: entries of a list to the first one, one thing to an earlier answer of the same route.
 */
function compareCut(
  step: Step,
  status: number,
  contentType: string | null,
  live: string,
  kinds: ReadonlyMap<string, string>,
): void {
  const [, length, head = ''] = /^\((\d+) bytes\) ([\s\S]*)$/.exec(String(step.body)) ?? []
  // A batch is answered in no order: which secret is the first one is no contract.
  const anySecret = (text: string) => masked(text).replace(/"(B\d+_|value )\d+"/g, '"$1<number>"')
  const start = anySecret(head.slice(0, head.lastIndexOf(',')))
  expect(anySecret(live.slice(0, head.length + 100)).slice(0, start.length)).toBe(start)
  expect([status, contentType]).toEqual([step.status, step.contentType ?? json])
  const body: unknown = JSON.parse(live)
  const first = firstEntry(head)
  if (!Object.values(body as object).some(Array.isArray)) expect(kindOf(body)).toBe(kinds.get(routeOf(step)))
  else if (first === undefined) expect(step.name in withoutLength).toBe(true)
  else {
    const entries = entriesOf(body, first.list)
    expect(entries.length).toBeGreaterThan(1)
    expect(entries.filter(entry => kindOf(entry) !== kindOf(first.entry))).toEqual([])
  }
  // They were counted as characters.
  if (!(step.name in withoutLength)) expect(live.length).toBe(Number(length))
}

/** Method and path of a step, without its query and its last name. */
function routeOf({ request }: Step): string {
  return `${request?.method} ${request?.path.replace(/\?.*$/, '').replace(/[^/]+$/, '')}`
}

/** The first entry of an answer's list, at whatever depth, where the characters that were kept reach to its end. */
function firstEntry(head: string): { readonly list: string; readonly entry: unknown } | undefined {
  const found = /^\{"(\w+)":\[(\{[\s\S]*?\}),\{/.exec(head) ?? /"(\w+)":\[(\{[^{}]*\}),\{/.exec(head)
  const [, list = '', entry = ''] = found ?? []
  try {
    return { list, entry: JSON.parse(entry) }
  } catch {
    return undefined
  }
}

/** The entries of every list of a name, at whatever depth. */
function entriesOf(body: unknown, list: string): unknown[] {
  if (typeof body !== 'object' || body === null) return []
  return Object.entries(body).flatMap(([name, value]) =>
    name === list && Array.isArray(value) ? value : entriesOf(value, list),
  )
}

/** What an entry is made of: its fields in their order, and of what kind each is; lists are whatever is in them. */
function kindOf(entry: unknown): string {
  if (Array.isArray(entry)) return '[]'
  if (typeof entry !== 'object' || entry === null) return entry === null ? 'null' : typeof entry
  return `{${Object.entries(entry)
    .map(([name, value]) => `${name}:${kindOf(value)}`)
    .join()}}`
}

/** Answers of which nothing behind the first characters can be compared, and why. */
export const withoutLength: Readonly<Record<string, string>> = {
  'list projects':
    'with includeRoles the real server adds the rules of every built-in role, of which the recording keeps none',
}
