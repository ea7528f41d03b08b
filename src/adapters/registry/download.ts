import { bytes, type ErrorCode, SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { Clock } from '../../kernel/ports/index.ts'
import { bytesToSkip, readRefusal } from './answer.ts'
import type { Answer, Asking } from './asking.ts'
import type { Access, Authorize } from './authorize.ts'
import { networkFailure, Passing, statusFailure } from './failures.ts'
import { firstOf, type RetryContext, retry } from './retry.ts'
import { discard } from './transport.ts'

/** One place a file or blob can be had from. */
export interface Place {
  readonly url: URL
  readonly access: Access
}

/** A download: what, from where, from which byte on, and how many bytes it has in all if that is known. */
export interface Download {
  readonly subject: string
  readonly places: readonly Place[]
  readonly offset: number
  readonly size?: number
  readonly signal?: AbortSignal | undefined
  readonly transient?: boolean | undefined
  /** The code that a 404 gets. */
  readonly notFound: ErrorCode
}

/**
 * Asks once and gives an answer with one of the hoped for statuses.
 * @throws Passing or SealiftError for every other
 */
export async function ask(
  authorize: Authorize,
  clock: Clock,
  asking: Asking,
  access: Access,
  notFound: ErrorCode,
): Promise<Answer> {
  const answer = await authorize(asking, access)
  if (answer.status === 200 || (answer.status === 206 && asking.headers?.['range'])) return answer
  throw statusFailure(asking.subject, await readRefusal(asking, answer, clock), notFound)
}

/**
 * The bytes of a download as they come. Until the first of them is delivered, failures are tried again and the
 * next place is asked; later ones are the reader's: it knows how far it got. Ends early, without an error,
 * where the server does.
 * @throws SealiftError REGISTRY_FAILED with its cause when the connection breaks on the way
 */
export async function* download(
  authorize: Authorize,
  context: RetryContext,
  wanted: Download,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { subject, signal, places } = wanted
  const { answer, chunks, first } = await firstOf(places, place =>
    retry(context, () => open(authorize, context.clock, wanted, place), signal),
  )
  let delivered = 0
  try {
    for (let next = first; !next.done; next = await chunks.next()) {
      delivered += next.value.length
      yield next.value
    }
  } catch (error) {
    signal?.throwIfAborted()
    const how = systemCode(error) ?? 'cut'
    const message = `${subject}: the connection to ${answer.url.origin} broke after ${bytes(delivered)} (${how})`
    throw new SealiftError('REGISTRY_FAILED', message, { cause: error })
  } finally {
    discard(answer)
    await chunks.return()
  }
}

/** Asks one place, and reads up to the first byte wanted. */
async function open(authorize: Authorize, clock: Clock, wanted: Download, { url, access }: Place) {
  const { subject, offset, signal, notFound, size, transient: tapped } = wanted
  const headers = offset > 0 ? { range: `bytes=${offset}-` } : {}
  const asking = { subject, url, headers, signal, tapped } satisfies Asking
  const answer = await ask(authorize, clock, asking, access, notFound)
  try {
    const chunks = skipping(answer.body, bytesToSkip(subject, answer, offset, size))
    return { answer, chunks, first: await chunks.next() }
  } catch (error) {
    discard(answer)
    signal?.throwIfAborted()
    throw error instanceof SealiftError || error instanceof Passing
      ? error
      : networkFailure(subject, answer.url, error)
  }
}

async function* skipping(
  body: AsyncIterable<Uint8Array>,
  skip: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = skip
  for await (const chunk of body) {
    if (chunk.length > left) yield left > 0 ? chunk.subarray(left) : chunk
    left = Math.max(0, left - chunk.length)
  }
}
