import * as z from 'zod'
import { statusOf } from '../../kernel/access/index.ts'
import { messageOf, printable, SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { Clock, Haste } from '../../kernel/ports/index.ts'
import { type Call, exchange, parse } from './exchange.ts'
import { hide, words } from './said.ts'

export type { Call } from './exchange.ts'

/** What came back: the body as JSON, or `undefined` where there was none. */
interface Answer {
  readonly status: number
  readonly body: unknown
  /** The server's own words when it refused, made printable. */
  readonly said: string
}

/** The server, one request at a time. Everything throws SealiftError SERVER_FAILED; its cause has `status`. */
export interface Api {
  /** The checked body of an answer. */
  expect<T>(call: Call, shape: z.ZodType<T>): Promise<T>
  /** The same; `undefined` where the server says that it has no such thing: a 404 of the API itself. */
  find<T>(call: Call, shape: z.ZodType<T>): Promise<T | undefined>
}

/** A list in which some entry is looked for: those of another shape are none of them, unless all are. */
export function listOf<T>(entry: z.ZodType<T>) {
  return z.array(z.unknown()).transform((entries, context) => {
    const read = entries.map(one => entry.safeParse(one))
    const found = read.flatMap(({ success, data }) => (success ? [data] : []))
    if (found.length === 0)
      for (const [at, { error }] of read.slice(0, mostFaults).entries())
        for (const { path, message } of error?.issues ?? [])
          context.addIssue({ code: 'custom', path: [at, ...path], message })
    return found
  })
}

const starting = new Set([502, 503, 504])
const refused = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])
const mostAttempts = 40
const pause = 1_500
// Of an answer with another shape: one of many things may have as many.
const mostFaults = 10

/** `baseUrl` has no path. GETs are repeated while the server starts, for a minute unless there is haste. */
export function createApi(baseUrl: string, clock: Clock, haste: Haste = {}): Api {
  const { signal, attempts = mostAttempts } = haste
  async function send(call: Call): Promise<Answer> {
    const last = call.method === 'GET' ? attempts : 1
    for (let attempt = 1; ; attempt += 1) {
      const again = attempt < last
      const answer = await once(call, again)
      if (answer !== undefined) return answer
      await clock.sleep(pause, signal)
    }
  }

  /** `undefined` when the server is not ready yet and another attempt is allowed. */
  async function once(call: Call, again: boolean): Promise<Answer | undefined> {
    let response: { status: number; text: string }
    try {
      response = await exchange(baseUrl, call, signal)
    } catch (error) {
      if (signal?.aborted && !call.unbroken) throw signal.reason
      const code = systemCode(error)
      if (again && code !== undefined && refused.has(code)) return undefined
      throw failure(call, undefined, code ?? hide(messageOf(error), call))
    }
    if (again && starting.has(response.status)) return undefined
    const { status } = response
    const body = parse(response.text)
    const said = status < 300 ? '' : hide(words(body, response.text, call), call)
    if (status >= 500 || (status === 404 && !isApis(body))) throw failure(call, status, said, isRouter(body))
    return { status, body, said }
  }

  return {
    expect: async (call, shape) => checked(call, await send(call), shape),
    async find(call, shape) {
      const answer = await send(call)
      return answer.status === 404 ? undefined : checked(call, answer, shape)
    },
  }
}

function checked<T>(call: Call, answer: Answer, shape: z.ZodType<T>): T {
  if (answer.status >= 300) throw failure(call, answer.status, answer.said)
  const body = shape.safeParse(answer.body)
  if (body.success) return body.data
  const faults = body.error.issues
    .slice(0, mostFaults)
    .map(({ path, message }) => printable(`${path.join('.')}: ${message}`))
  throw new SealiftError('SERVER_FAILED', `Infisical's answer to ${name(call)} has another shape`, { faults })
}

// Recorded: every refusal of the API has the request's id; of a path that it does not serve only its router speaks,
// without one. A 404 of somebody in between must not pass for "there is no such thing" either.
const isApis = (body: unknown) => z.object({ reqId: z.string() }).safeParse(body).success
const isRouter = (body: unknown) => z.object({ error: z.literal('Not Found') }).safeParse(body).success

/** Whether the server had an answer to a call, and nobody can go on with it: it refused, or answered in another shape. */
export function answeredOtherwise(error: unknown): boolean {
  if (!(error instanceof SealiftError) || error.code !== 'SERVER_FAILED') return false
  const status = statusOf(error)
  return status === undefined ? error.cause === undefined : status < 500 && status !== 429
}

/** The error for an answer nobody can go on with; `unknown` where the server does not know the path. */
export function failure(call: Call, status: number | undefined, said: string, unknown = false): SealiftError {
  const cause = Object.assign(new Error(said), status === undefined ? {} : { status }, unknown && { unknown })
  return status === undefined
    ? new SealiftError('SERVER_FAILED', `no answer from Infisical to ${name(call)}: ${said}`, { cause })
    : new SealiftError('SERVER_FAILED', `Infisical answered ${status} to ${name(call)}: ${said}`, {
        cause,
        ...(unknown ? { hints: ['This server is older than Sealift supports.'] } : {}),
      })
}

/** Whether the server does not know the path that it was asked for. */
export function isUnknownRoute(error: unknown): boolean {
  const cause = error instanceof SealiftError ? error.cause : undefined
  return cause instanceof Error && 'unknown' in cause
}

function name({ method, path }: Call): string {
  return `${method} ${printable(path)}`
}
