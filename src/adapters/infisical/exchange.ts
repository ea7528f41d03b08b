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
}

const timeout = 30_000
const maximumBody = 16 * 1024 * 1024

/** Sends one request, once, and reads its answer, of at most 16 MiB. @throws what `fetch` throws */
export async function exchange(
  baseUrl: string,
  call: Call,
  signal?: AbortSignal,
): Promise<{ status: number; text: string }> {
  const url = new URL(call.path, baseUrl)
  for (const [key, value] of Object.entries(call.query ?? {})) url.searchParams.set(key, value)
  const response = await fetch(url, {
    method: call.method,
    headers: {
      accept: 'application/json',
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token.reveal()}` }),
    },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    redirect: 'manual',
    signal: AbortSignal.any([AbortSignal.timeout(timeout), ...(signal === undefined ? [] : [signal])]),
  })
  return { status: response.status, text: await bounded(response.body ?? []) }
}

async function bounded(body: AsyncIterable<Uint8Array> | []): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maximumBody) throw new Error('the answer is larger than 16 MiB')
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
