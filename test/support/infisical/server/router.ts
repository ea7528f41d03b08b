import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { badRequest, errorBody } from './errors.ts'
import type { Log } from './log.ts'
import type { Recorded } from './recorded.ts'

/** A request as a route sees it. */
export interface Call {
  /** Decoded path parameters: `/a/:name` gives `name`. */
  param(name: string): string
  /** A query parameter, or undefined where absent or empty. */
  query(name: string): string | undefined
  /** The JSON or form body; empty where there is none. */
  readonly body: Readonly<Record<string, unknown>>
  /** The bearer token, without its prefix. */
  readonly token: string | undefined
}

/** One endpoint; `answer` gives the JSON body of a 200 or throws. */
export interface Route {
  readonly method: string
  readonly path: string
  readonly answer: (call: Call) => unknown
}

/** Names a {@link Route} in one line. */
export const route = (method: string, path: string, answer: Route['answer']): Route => ({
  method,
  path,
  answer,
})

const largestBody = 10 * 1024 * 1024

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > largestBody) throw badRequest('Request body is too large')
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString()
  if (text === '') return {}
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
  if (isForm) return Object.fromEntries(new URLSearchParams(text))
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    // A 500, as in the real server. The parser's own message is not kept: it quotes the body.
    throw new Error('the request body is not JSON')
  }
}

function matcher(path: string): RegExp {
  return new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`)
}

/** Whether a path is a route's: parameters end at 100 characters, as Fastify's router has it. */
const fits = (match: RegExpExecArray | null): boolean =>
  match !== null && Object.values(match.groups ?? {}).every(value => value.length <= 100)

const newNumber = () => `req-${randomBytes(12).toString('base64url').replace(/\W|_/g, '0').slice(0, 14)}`

async function answer(
  routes: readonly (Route & { pattern: RegExp })[],
  request: IncomingMessage,
  reqId: string,
) {
  const target = request.url ?? '/'
  let given: Record<string, unknown> = {}
  try {
    const url = new URL(target, 'http://stand-in')
    const found = routes.find(
      ({ method, pattern }) => method === request.method && fits(pattern.exec(url.pathname)),
    )
    if (!found) {
      const message = `Route ${request.method}:${target} not found`
      return { status: 404, body: { message, error: 'Not Found', statusCode: 404 }, given }
    }
    const groups = found.pattern.exec(url.pathname)?.groups ?? {}
    given = await readBody(request)
    const body = await found.answer({
      param: name => decodeURIComponent(groups[name] ?? ''),
      query: name => url.searchParams.get(name) || undefined,
      body: given,
      token: /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1],
    })
    return { status: 200, body, given }
  } catch (error) {
    return { ...errorBody(error, reqId), given, error }
  }
}

/**
 * An HTTP server over `routes`; every answer carries `x-sealift-stand-in`, and a refusal that no recording has
 * `x-sealift-stand-in-unrecorded` with what is strange in it.
 */
export function serve(routes: readonly Route[], recorded: Recorded, log: Log): Server {
  const compiled = routes.map(each => ({ ...each, pattern: matcher(each.path) }))
  // As long as Fastify, which Infisical is made of, keeps a connection that nothing comes by. Node's five seconds end one
  // while a test on a busy machine sends the next request by it.
  const keepAliveTimeout = 72_000
  return createServer({ keepAliveTimeout }, (request, response) => {
    const [reqId, began] = [newNumber(), performance.now()]
    const { method, url, headers: given, socket } = request
    const { remoteAddress, remotePort } = socket
    log.request(
      reqId,
      { req: { method, url, host: given.host, remoteAddress, remotePort } },
      'incoming request',
    )
    void answer(compiled, request, reqId).then(result => {
      // As Fastify answers where a handler gives nothing.
      const body = JSON.stringify(result.body) ?? ''
      const type = 'application/json; charset=utf-8'
      const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) }
      const { status, given } = result
      const target = request.url ?? '/'
      const strange = status < 400 ? [] : recorded.strange(status, result.body, target, given)
      const unrecorded = strange.join('; ').replace(/[^\x20-\x7e]/g, '?')
      const mark = unrecorded === '' ? {} : { 'x-sealift-stand-in-unrecorded': unrecorded }
      response.writeHead(status, { ...headers, 'x-sealift-stand-in': 'infisical', ...mark }).end(body)
      const responseTime = performance.now() - began
      log.request(reqId, { res: { statusCode: status }, responseTime }, 'request completed')
      const [path] = target.split('?')
      if (unrecorded !== '')
        log.error(`No recording has this answer to ${request.method} ${path}: ${unrecorded}`)
      if (path !== '/api/status') log.info(`${request.method} ${path} ${result.status}`)
      if (result.status === 500 && 'error' in result) log.error(String((result.error as Error).stack))
    })
  })
}
