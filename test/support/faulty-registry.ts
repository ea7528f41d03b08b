/** A small registry and web server of ours that behaves well, or badly in exactly the way it is told. */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import { type Digest, digestOf, mediaTypes } from '../../src/kernel/oci/index.ts'
import { listen } from './connected/listen.ts'

/** An image or index to serve; its blobs are served by their digests. */
export interface ServedImage {
  readonly mediaType: string
  readonly manifest: Buffer
  readonly blobs: readonly Buffer[]
}

/** What goes wrong with requests whose path (with query) matches; the first fault that fits is used. */
interface Fault {
  readonly path: RegExp
  /** Only requests of this method. */
  readonly method?: 'GET' | 'HEAD'
  /** Leaves `docker-content-digest` out. */
  readonly namesNoDigest?: boolean
  /** How many requests it meets; without it, every one. */
  readonly times?: number
  readonly status?: number
  /** Sent with the status, as a registry's JSON error; `{authorization}` is replaced by the header received. */
  readonly error?: { readonly code: string; readonly message: string }
  readonly headers?: Readonly<Record<string, string>>
  /** Absolute address to redirect to (307). */
  readonly redirect?: string
  /** Breaks the connection after this many bytes of the body. */
  readonly cutAfter?: number
  /** Breaks the connection before anything is answered. */
  readonly breaks?: boolean
  /** Ends the body in good order after this many bytes, without having announced a length. */
  readonly endAfter?: number
  /** Served instead of the real bytes. */
  readonly bytes?: Buffer
  readonly ignoreRange?: boolean
  /** Waited for before the connection is broken, or, without `cutAfter`, before anything is answered. */
  readonly hold?: Promise<unknown>
}

/** Who may read, and how they must say so. */
interface FaultyAuth {
  readonly scheme: 'basic' | 'bearer'
  readonly user: string
  readonly password: string
  /** Taken at the token endpoint as a refresh token. */
  readonly identityToken?: string
  /** How long it says that a token lives. */
  readonly seconds?: number
  /** What it says of a token besides, or otherwise. */
  readonly answer?: (token: string) => object
  /** What strangers are answered, without a challenge, but at /v2/. */
  readonly hides?: 403 | 404
}

/** A request as it arrived. */
interface SeenRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A running registry. */
export interface FaultyRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string
  /** Every request so far; who has looked at them may take them away. */
  readonly requests: SeenRequest[]
  /** Every token that was given out. */
  readonly tokens: readonly string[]
  /** Adds a fault; what was added before goes first. */
  fault(fault: Fault): void
  /** Makes every token given out so far worthless, whatever it was said to live. */
  revokeTokens(): void
  stop(): Promise<void>
}

/** What it serves. */
export interface FaultyOptions {
  /** By `repository:tag`. */
  readonly images?: Readonly<Record<string, ServedImage>>
  /** By path. */
  readonly files?: Readonly<Record<string, Buffer>>
  /** By path `/v2/NAME/referrers/DIGEST`, with its query if it has one: OCI indexes. */
  readonly referrers?: Readonly<Record<string, object>>
  readonly auth?: FaultyAuth
  /** Key, certificate and more, to speak TLS. */
  readonly tls?: ServerOptions
}

interface Found {
  readonly bytes: Buffer
  readonly type: string
  readonly digest?: Digest
}

/** Starts it on a free loopback port. */
export async function startFaultyRegistry(options: FaultyOptions = {}): Promise<FaultyRegistry> {
  const requests: SeenRequest[] = []
  const tokens: string[] = []
  const valid = new Set<string>()
  const faults: { fault: Fault; left: number }[] = []

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url = '', headers } = request
    const seen = { method, url, headers, body: Buffer.concat(chunks).toString() }
    requests.push(seen)
    const met = faults.find(
      ({ fault, left }) => left > 0 && fault.path.test(url) && (fault.method ?? method) === method,
    )
    if (met) met.left--
    const fault = met?.fault
    if (fault?.cutAfter === undefined) await fault?.hold
    if (fault?.breaks) return void request.socket.destroy()
    if (url.startsWith('/token') && !fault) return giveToken(seen, response)
    if (fault?.redirect) return void response.writeHead(307, { location: fault.redirect }).end()
    if (fault?.status) {
      const message = fault.error?.message.replaceAll('{authorization}', headers.authorization ?? '')
      const error = fault.error && { ...fault.error, message: message ?? '' }
      return refuse(response, fault.status, error, fault.headers)
    }
    if (!allowed(headers.authorization)) return challenge(seen, response)
    const found = find(url, options)
    if (!found) return refuse(response, 404, { code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' })
    await serve(response, found, headers.range, fault)
  }
  const server = options.tls ? createTlsServer(options.tls, answer) : createServer(answer)
  const { host, stop } = await listen(server)

  const { auth } = options
  const basic = auth && `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`

  const allowed = (authorization: string | undefined) => {
    if (auth?.scheme === 'basic') return authorization === basic
    return auth === undefined || valid.has((authorization ?? '').replace('Bearer ', ''))
  }

  const challenge = ({ url }: SeenRequest, response: ServerResponse) => {
    if (auth?.hides && url !== '/v2/') return refuse(response, auth.hides)
    const repository = /^\/v2\/(.+)\/(?:manifests|blobs|referrers)\//.exec(url)?.[1]
    const scope = repository === undefined ? '' : `,scope="repository:${repository}:pull"`
    const header =
      auth?.scheme === 'basic'
        ? 'Basic realm="one, two"'
        : `Bearer realm="http://${host}/token",service="a, b"${scope}`
    refuse(response, 401, { code: 'UNAUTHORIZED', message: 'log in' }, { 'www-authenticate': header })
  }

  const giveToken = ({ method, headers, body }: SeenRequest, response: ServerResponse) => {
    const refresh = new URLSearchParams(body).get('refresh_token')
    const known =
      method === 'POST'
        ? refresh !== null && refresh === auth?.identityToken
        : headers.authorization === basic
    if (!known) return refuse(response, 401, { code: 'UNAUTHORIZED', message: 'wrong password' })
    const token = randomBytes(24).toString('hex')
    tokens.push(token)
    valid.add(token)
    const given = {
      [method === 'POST' ? 'access_token' : 'token']: token,
      expires_in: auth?.seconds ?? 300,
      ...auth?.answer?.(token),
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(given))
  }

  return {
    host,
    requests,
    tokens,
    fault: fault => void faults.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }),
    revokeTokens: () => valid.clear(),
    stop,
  }
}

function refuse(
  response: ServerResponse,
  status: number,
  error?: Fault['error'],
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(error ? JSON.stringify({ errors: [error] }) : '')
}

function find(url: string, { images = {}, files = {}, referrers = {} }: FaultyOptions): Found | undefined {
  const list = referrers[url]
  if (list) return { bytes: Buffer.from(JSON.stringify(list)), type: mediaTypes.ociIndex }
  const path = url.replace(/\?.*$/, '')
  const file = files[path]
  if (file) return { bytes: file, type: 'application/octet-stream' }
  const [, repository, kind, reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? []
  for (const [name, { manifest, mediaType, blobs }] of Object.entries(images)) {
    const [imageRepository, tag] = name.split(':')
    if (imageRepository !== repository) continue
    const digest = digestOf(manifest)
    if (kind === 'manifests' && (reference === tag || reference === digest)) {
      return { bytes: manifest, type: mediaType, digest }
    }
    const blob = kind === 'blobs' ? blobs.find(blob => digestOf(blob) === reference) : undefined
    if (blob) return { bytes: blob, type: 'application/octet-stream', digest: digestOf(blob) }
  }
  return undefined
}

async function serve(
  response: ServerResponse,
  found: Found,
  range: string | undefined,
  fault: Fault = { path: /./ },
) {
  const bytes = fault.bytes ?? found.bytes
  const start = fault.ignoreRange ? 0 : Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
  const part = bytes.subarray(start)
  const headers = {
    'content-type': found.type,
    ...(found.digest && !fault.namesNoDigest ? { 'docker-content-digest': found.digest } : {}),
    ...(fault.endAfter === undefined ? { 'content-length': String(part.length) } : { connection: 'close' }),
    ...(start > 0 ? { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {}),
    ...fault.headers,
  }
  if (fault.endAfter !== undefined) response.useChunkedEncodingByDefault = false
  response.writeHead(start > 0 ? 206 : 200, headers)
  if (fault.cutAfter === undefined) return void response.end(part.subarray(0, fault.endAfter ?? part.length))
  response.flushHeaders()
  await new Promise<void>(resolve => response.write(part.subarray(0, fault.cutAfter), () => resolve()))
  await fault.hold
  response.socket?.destroy()
}
