import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Clock } from '../../kernel/ports/index.ts'
import type { Answer, Asking } from './asking.ts'
import { networkFailure, type Refusal, withoutSecret } from './failures.ts'

/** One header's value; of several the first. */
export function header({ headers }: Pick<Answer, 'headers'>, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : value?.[0]
}

/** The next page (RFC 8288). Only of the same host: credentials go with it. */
export function nextPage(asking: Asking, answer: Answer): URL | undefined {
  const [, link] = /<([^>]*)>\s*;\s*rel="?next"?/.exec(header(answer, 'link') ?? '') ?? []
  const url = link === undefined ? null : URL.parse(link, answer.url.href)
  return url !== null && url.origin === asking.url.origin ? url : undefined
}

/**
 * A whole small body; nothing when it is longer than `limit` bytes.
 * @throws Passing when the connection breaks, the signal's reason when aborted
 */
export async function readBody(
  { subject, signal }: Asking,
  { url, body }: Answer,
  limit: number,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of body) {
      length += chunk.length
      if (length > limit) return undefined
      chunks.push(chunk)
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw networkFailure(subject, url, error)
  }
  return Buffer.concat(chunks)
}

/** Reads a refusing answer so far as its message needs it. */
export async function readRefusal(asking: Asking, answer: Answer, clock: Clock): Promise<Refusal> {
  const body = await readBody(asking, answer, 64 * 1024).catch(() => undefined)
  asking.signal?.throwIfAborted()
  const { url, status, authorization } = answer
  return {
    url,
    status,
    // Before it is cut: half a secret is one too.
    detail: printable(
      withoutSecret(errorDetail(body), { authorization, form: asking.form, url: asking.url }),
    ),
    wait: retryAfter(header(answer, 'retry-after'), clock.now()),
    account: asking.url.host,
    authorized: authorization !== undefined,
  }
}

/** The first of the errors in a registry's answer (distribution-spec, "Error Codes"). */
function errorDetail(body: Buffer | undefined): string {
  const first = parseJson(body)?.errors?.[0]
  const words = [first?.code, first?.message].filter(word => typeof word === 'string' && word !== '')
  return words.join(': ')
}

function parseJson(
  body: Buffer | undefined,
): { errors?: { code?: unknown; message?: unknown }[] } | undefined {
  try {
    return JSON.parse(body?.toString('utf8') ?? '')
  } catch {
    return undefined
  }
}

/** Retry-After in milliseconds: seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/**
 * Checks that a 206 starts where it was asked to, and gives how many bytes of a 200 must be skipped.
 * @throws SealiftError REGISTRY_FAILED for another range, CONTENT_MISMATCH for another size
 */
export function bytesToSkip(subject: string, answer: Answer, offset: number, size?: number): number {
  const partial = answer.status === 206
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header(answer, 'content-range') ?? '') ?? []
  if (partial && Number(start ?? NaN) !== offset) {
    throw new SealiftError(
      'REGISTRY_FAILED',
      `${subject}: ${answer.url.origin} answered another range than asked for`,
    )
  }
  const length = partial ? total : header(answer, 'content-length')
  if (size !== undefined && length !== undefined && length !== '*' && Number(length) !== size) {
    throw new SealiftError(
      'CONTENT_MISMATCH',
      `${subject}: ${answer.url.origin} has ${printable(length)} bytes for it, ${size} were expected`,
    )
  }
  return partial ? 0 : offset
}
