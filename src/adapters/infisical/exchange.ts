import type { Secret } from '../../kernel/ports/index.ts'

/** One request. `path` starts with `/api/`. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly token?: Secret
  /** Values in the request that must not come back in an error's text. */
  readonly secrets?: readonly Secret[]
  /** Goes on to its end when the work is interrupted: what it gives cannot be had again, or what it ends must not stay. */
  readonly unbroken?: true
  /** Its answer has the values of a whole folder: it may have 256 MiB, and two minutes. */
  readonly large?: true
  /** What a path in a refused body is called, where its index says nothing to people. */
  readonly naming?: (path: readonly (string | number)[]) => string | undefined
}

const limits = {
  usual: { timeout: 30_000, body: 16 * 1024 * 1024 },
  large: { timeout: 120_000, body: 256 * 1024 * 1024 },
}

/** Sends one request, once, and reads its answer, of at most 16 MiB unless that is large. @throws what `fetch` throws */
export async function exchange(
  baseUrl: string,
  call: Call,
  signal?: AbortSignal,
): Promise<{ status: number; text: string }> {
  const url = new URL(call.path, baseUrl)
  for (const [key, value] of Object.entries(call.query ?? {})) url.searchParams.set(key, value)
  const { timeout, body: most } = limits[call.large ? 'large' : 'usual']
  return await inTime(timeout, call.unbroken ? undefined : signal, async within => {
    const response = await fetch(url, {
      method: call.method,
      headers: {
        accept: 'application/json',
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token.reveal()}` }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      redirect: 'manual',
      signal: within,
    })
    return { status: response.status, text: await bounded(most, response.body ?? []) }
  })
}

/** A request that ends with `signal`, or after its time. Leaves nothing behind: there may be thousands in that time. */
async function inTime<T>(
  timeout: number,
  signal: AbortSignal | undefined,
  request: (within: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController()
  const late = () => own.abort(new DOMException('the operation was aborted due to timeout', 'TimeoutError'))
  const stop = () => own.abort(signal?.reason)
  const timer = setTimeout(late, timeout)
  signal?.addEventListener('abort', stop)
  try {
    signal?.throwIfAborted()
    return await request(own.signal)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}

async function bounded(most: number, body: AsyncIterable<Uint8Array> | []): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > most) throw new Error(`the answer is larger than ${most / 2 ** 20} MiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** A body as JSON, without the fields that are null; `undefined` where it is none. */
export function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text, (_, field: unknown) => field ?? undefined)
  } catch {
    return undefined
  }
}
