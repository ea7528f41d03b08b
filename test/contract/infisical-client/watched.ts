import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** One request that went by, and how it was answered. */
export interface Seen {
  readonly method: string
  /** Without its query. */
  readonly path: string
  readonly status: number
  /** What of the stand-in's refusal no recording has; empty where nothing is strange. */
  readonly unrecorded: string
}

/** A server on loopback that passes everything on to another one, and keeps what went by. */
export interface Watched {
  readonly url: string
  readonly seen: Seen[]
  /** Requests that were under way at the same time, at most. */
  mostAtOnce(): number
  /** Passes on to another server from now on. */
  moveTo(target: string): void
  stop(): Promise<void>
}

/** How a server is watched. */
export interface Watching {
  /** Paths that the server shall not know. */
  readonly unknown?: (path: string) => boolean
}

/** Puts itself before the stand-in at `first`. */
export async function watching(first: string, { unknown }: Watching = {}): Promise<Watched> {
  const seen: Seen[] = []
  let target = first
  let [now, most] = [0, 0]
  const pass = async (request: IncomingMessage) => {
    const { method = '', url = '/', headers } = request
    const content = await buffer(request)
    const { authorization, 'content-type': type } = headers
    // A path of no route: the stand-in answers as for any other.
    const known = unknown?.(url.split('?')[0] ?? '') ? '/api/v0' : ''
    const answer = await fetch(target + known + url, {
      method,
      headers: { ...(authorization ? { authorization } : {}), ...(type ? { 'content-type': type } : {}) },
      ...(content.length > 0 ? { body: content } : {}),
    })
    const unrecorded = answer.headers.get('x-sealift-stand-in-unrecorded') ?? ''
    seen.push({ method, path: url.split('?')[0] ?? '', status: answer.status, unrecorded })
    return { status: answer.status, body: await answer.text() }
  }
  // Kept for as long as the server behind keeps them: a busy machine comes back later than Node's five seconds.
  const server = createServer({ keepAliveTimeout: 72_000 }, (request, response) => {
    now += 1
    most = Math.max(most, now)
    const passed = pass(request).finally(() => {
      now -= 1
    })
    passed.then(
      ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(body),
      () => response.destroy(),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stop = async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
  const moveTo = (other: string) => {
    target = other
  }
  return { url: `http://127.0.0.1:${port}`, seen, mostAtOnce: () => most, moveTo, stop }
}
