import { SealiftError } from '../../kernel/errors/index.ts'
import type { Answer, Asking } from './asking.ts'
import { createConnections } from './connections.ts'
import { printUrl } from './endpoint.ts'
import { exchange, type Patience, SourceFault, usualPatience } from './exchange.ts'
import { networkFailure } from './failures.ts'
import type { Environment } from './login-files.ts'
import type { Registries } from './registries.ts'

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
      if (error instanceof SourceFault || error instanceof SealiftError) throw error
      throw networkFailure(asking.subject, url, error)
    }
  }

  return {
    send: async asking => {
      let hop = asking
      for (let count = 0; ; count++) {
        const answer = await sendOnce(hop)
        if (!redirects.has(answer.status) || asking.form || asking.writing) return answer
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
