import type { IncomingMessage } from 'node:http'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Secret } from '../../kernel/ports/index.ts'
import { createConnections } from './connections.ts'
import type { Environment } from './credentials.ts'
import { printUrl } from './endpoint.ts'
import { exchange, type Patience, usualPatience } from './exchange.ts'
import { networkFailure } from './failures.ts'
import type { Registries } from './registries.ts'

/** One request. */
export interface Asking {
  /** What is asked for, as messages name it. */
  readonly subject: string
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly authorization?: Secret | undefined
  /** A form to POST; without one it is a GET. */
  readonly form?: URLSearchParams
  readonly signal?: AbortSignal | undefined
  /** Reads a long body past the HTTP parser: its chunks are good until the next one, its connection for no more. */
  readonly tapped?: boolean | undefined
}

/** An answer's head, with its body still to be read, or given up by {@link drain} or {@link discard}. */
export interface Answer {
  /** Where it came from in the end. */
  readonly url: URL
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: AsyncIterable<Buffer>
  readonly response: IncomingMessage
  /** The credentials that its sender saw. */
  readonly authorization: Secret | undefined
}

/** Sends requests and follows their redirects. */
export interface Transport {
  /** @throws Passing or SealiftError for a connection that fails, the signal's reason when aborted */
  send(asking: Asking): Promise<Answer>
  close(): void
}

const redirects = new Set([301, 302, 303, 307, 308])
const mostRedirects = 5

/** HTTP through proxies (HTTP_PROXY, HTTPS_PROXY, NO_PROXY), with the trust that registries.yaml gives each host. */
export function createTransport(
  registries: Registries,
  environment: Environment,
  patience: Patience = usualPatience,
): Transport {
  const connections = createConnections(registries, environment, patience.answer)
  const sendOnce = async (asking: Asking): Promise<Answer> => {
    const { url, signal, authorization } = asking
    try {
      const { response, body } = await exchange(asking, connections, patience)
      const { statusCode: status = 0, headers } = response
      return { url, status, headers, body, response, authorization }
    } catch (error) {
      signal?.throwIfAborted()
      throw error instanceof SealiftError ? error : networkFailure(asking.subject, url, error)
    }
  }

  return {
    send: async asking => {
      let hop = asking
      for (let count = 0; ; count++) {
        const answer = await sendOnce(hop)
        if (!redirects.has(answer.status) || asking.form) return answer
        drain(answer)
        const url = redirectUrl(asking.subject, answer, count)
        // Credentials are for the host they were given for; once left behind they stay behind.
        const authorization = url.host === hop.url.host ? hop.authorization : undefined
        hop = { ...hop, url, authorization }
      }
    },
    close: () => connections.close(),
  }
}

function redirectUrl(subject: string, { url, headers }: Answer, count: number): URL {
  const refuse = (why: string) => new SealiftError('REGISTRY_FAILED', `${subject}: ${printUrl(url)} ${why}`)
  if (count >= mostRedirects) throw refuse(`redirects more than ${mostRedirects} times`)
  const { location } = headers
  const next = typeof location === 'string' ? URL.parse(location, url.href) : null
  if (next === null || !/^https?:$/.test(next.protocol))
    throw refuse('redirects to something that is no web address')
  if (url.protocol === 'https:' && next.protocol === 'http:') {
    throw refuse(`redirects from https to plain HTTP (${next.host}), which is not followed`)
  }
  next.username = ''
  next.password = ''
  return next
}

const shortBody = 64 * 1024

/** Lets a short body that nobody wants pass, so that its connection serves again. */
export function drain(answer: Answer): void {
  const { response } = answer
  if (Number(response.headers['content-length']) <= shortBody) response.on('error', () => {}).resume()
  else discard(answer)
}

/** Gives up an answer, and its connection when there is more to come. */
export function discard({ response }: Answer): void {
  response.on('error', () => {}).destroy()
}
