import { type Dispatcher, request } from 'undici'
import { SealiftError } from '../../errors/index.ts'
import type { Secret } from '../../ports/index.ts'
import type { Environment } from './credentials.ts'
import { createDispatcher } from './dispatcher.ts'
import { printUrl } from './endpoint.ts'
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
}

/** An answer's head, with its body still to be read (or destroyed). */
export interface Answer {
  /** Where it came from in the end. */
  readonly url: URL
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Dispatcher.ResponseData['body']
  /** The credentials that its sender saw. */
  readonly authorization: Secret | undefined
}

/** Sends requests and follows their redirects. */
export interface Transport {
  /** @throws Passing or SealiftError for a connection that fails, the signal's reason when aborted */
  send(asking: Asking): Promise<Answer>
  close(): Promise<void>
}

const redirects = new Set([301, 302, 303, 307, 308])
const mostRedirects = 5

/** HTTP through proxies (HTTP_PROXY, HTTPS_PROXY, NO_PROXY), with the trust that registries.yaml gives each host. */
export function createTransport(registries: Registries, environment: Environment): Transport {
  const dispatchers = new Map<string, Dispatcher>()
  const dispatcherFor = ({ host, protocol }: URL): Dispatcher => {
    const tls = protocol === 'https:' ? registries.tls(host) : undefined
    const key = tls ? host : ''
    const dispatcher = dispatchers.get(key) ?? createDispatcher(tls, environment)
    dispatchers.set(key, dispatcher)
    return dispatcher
  }

  const sendOnce = async (asking: Asking): Promise<Answer> => {
    const { url, form, signal, authorization } = asking
    try {
      const { statusCode, headers, body } = await request(url, {
        dispatcher: dispatcherFor(url),
        method: form ? 'POST' : 'GET',
        headers: {
          // Ranges and digests are about the bytes as they are kept.
          'accept-encoding': 'identity',
          'user-agent': 'sealift',
          ...asking.headers,
          ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
          ...(authorization ? { authorization: authorization.reveal() } : {}),
        },
        ...(form ? { body: form.toString() } : {}),
        ...(signal ? { signal } : {}),
      })
      return { url, status: statusCode, headers, body, authorization }
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
    close: async () => {
      await Promise.all([...dispatchers.values()].map(dispatcher => dispatcher.destroy()))
    },
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

/** Lets a short body that nobody wants pass, so that its connection serves again. */
export function drain({ body }: Answer): void {
  body.dump().catch(() => {})
}

/** Gives up an answer, and its connection when there is more to come. */
export function discard({ body }: Answer): void {
  body.on('error', () => {})
  body.destroy()
}
