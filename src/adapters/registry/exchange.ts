import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Answer, Asking, SentBody } from './asking.ts'
import { type Connections, http, https, timedOut } from './connections.ts'
import { tapBody } from './tap.ts'

/** How long a server may take, in milliseconds. */
export interface Patience {
  /** For a connection and the head of an answer, tunnels through proxies included. */
  readonly answer: number
  /** For each further {@link piece} of a body, or its end, once the reader wants it. */
  readonly body: number
}

/** The source of what was to be sent has failed; its error is the cause. The server is not to blame. */
export class SourceFault extends Error {}

/** What is enough for a registry that works hard, on a line that is bad. */
export const usualPatience: Patience = { answer: 30_000, body: 60_000 }

/** Bytes of a body that must come in time: less keeps no connection alive, however often it comes. */
const piece = 1024

/**
 * Sends one request, and gives its answer as soon as the head is there. A body that stalls ends with ETIMEDOUT.
 * @throws Error with a system's code, or the signal's reason when aborted
 */
export function exchange(
  { url, form, writing, signal, authorization, headers, tapped, headOnly }: Asking,
  connections: Connections,
  patience: Patience,
): Promise<Pick<Answer, 'response' | 'body'>> {
  signal?.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<Pick<Answer, 'response' | 'body'>>()
  const request = (url.protocol === 'https:' ? https() : http()).request(url, {
    agent: connections.agentFor(url),
    method: form ? 'POST' : (writing?.method ?? (headOnly ? 'HEAD' : 'GET')),
    headers: {
      // Ranges and digests are about the bytes as they are kept.
      'accept-encoding': 'identity',
      'user-agent': 'sealift',
      ...headers,
      ...(writing ? { 'content-length': `${writing.body?.size ?? 0}` } : {}),
      ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...(authorization ? { authorization: authorization.reveal() } : {}),
    },
  })
  const giveUp = (error: unknown) => {
    request.destroy()
    reject(error)
  }
  // Not left to Node: a request that waits for a proxy's tunnel has no socket yet that could time out or be ended, and
  // the error with which Node ends a socket is nobody's once the last bytes of its answer are being read.
  const abort = () => giveUp(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  let timer = setTimeout(() => giveUp(timedOut()), patience.answer)
  // A server has that long for each piece that it is sent, too.
  const wait = () => {
    clearTimeout(timer)
    timer = setTimeout(() => giveUp(timedOut()), patience.answer)
  }
  request.on('response', response => {
    clearTimeout(timer)
    resolve({ response, body: timed(response, (tapped && tapBody(response)) || response, patience.body) })
  })
  request.on('error', reject)
  request.on('close', () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
    // An answer that is none, such as a change of protocol, ends in silence.
    reject(Object.assign(new Error('no answer'), { code: 'ECONNRESET' }))
  })
  if (writing?.body) send(request, writing.body, wait).catch(giveUp)
  else request.end(form?.toString())
  return promise
}

/** Sends a body piece by piece, as fast as the server takes it; stops where the connection ends. */
async function send(request: ClientRequest, { bytes }: SentBody, onPiece: () => void): Promise<void> {
  let wake = () => {}
  request.on('drain', () => wake()).on('close', () => wake())
  for await (const piece of told(bytes())) {
    if (request.destroyed) return
    const drained = new Promise<void>(resolve => {
      wake = resolve
    })
    if (!request.write(piece) && !request.closed) await drained
    if (request.destroyed) return
    onPiece()
  }
  request.end()
}

async function* told(bytes: AsyncIterable<Uint8Array>) {
  try {
    yield* bytes
  } catch (cause) {
    throw new SourceFault('its bytes could not be read', { cause })
  }
}

/** A body whose every piece must come in time. How long its reader takes is the reader's affair. */
async function* timed(
  response: IncomingMessage,
  body: AsyncIterable<Buffer>,
  limit: number,
): AsyncGenerator<Buffer, void, undefined> {
  const pieces = body[Symbol.asyncIterator]()
  let [bytes, waited] = [0, 0]
  try {
    for (;;) {
      const asked = performance.now()
      const timer = setTimeout(() => response.destroy(timedOut()), limit - waited)
      const { done, value } = await pieces.next().finally(() => clearTimeout(timer))
      if (done) return
      bytes += value.length
      waited += performance.now() - asked
      if (bytes >= piece) [bytes, waited] = [0, 0]
      yield value
    }
  } finally {
    await pieces.return?.()
  }
}
