import { SealiftError } from '../../kernel/errors/index.ts'
import {
  type Descriptor,
  type Digest,
  mediaTypes,
  parseReferrers,
  type Reference,
} from '../../kernel/oci/index.ts'
import { header, nextPage, readBody, readRefusal } from './answer.ts'
import type { Asking } from './asking.ts'
import type { Authorize } from './authorize.ts'
import type { Place } from './download.ts'
import { printRepository } from './endpoint.ts'
import { statusFailure } from './failures.ts'
import { firstOf, type RetryContext, retry } from './retry.ts'
import { drain } from './transport.ts'

const mostPages = 20
const pageBytes = 4 * 1024 * 1024

/**
 * GET /v2/NAME/referrers/DIGEST (distribution-spec v1.1), page by page. What a registry without that API answers is
 * as good as a 404: other refusals than "slow down", and pages for people.
 */
export async function fetchReferrers(
  authorize: Authorize,
  context: RetryContext,
  places: readonly Place[],
  reference: Reference,
  digest: Digest,
  signal?: AbortSignal,
): Promise<readonly Descriptor[] | undefined> {
  const subject = `what is attached to ${printRepository(reference)}@${digest}`
  return firstOf(places, async ({ url, access }) => {
    const found: Descriptor[] = []
    let next: URL | undefined = url
    for (let page = 0; next !== undefined && page < mostPages; page++) {
      const asking: Asking = { subject, url: next, headers: { accept: mediaTypes.ociIndex }, signal }
      const answer = await retry(context, () => attempt(authorize, context, asking, access), signal)
      if (answer === undefined) return page === 0 ? undefined : found
      const unusable = (fault: string) => context.onRetry?.(`left out of ${fault}`)
      found.push(...parseReferrers(answer.bytes, subject, unusable))
      next = answer.next
    }
    return found
  })
}

async function attempt(
  authorize: Authorize,
  { clock }: RetryContext,
  asking: Asking,
  access: Place['access'],
): Promise<{ readonly bytes: Uint8Array; readonly next: URL | undefined } | undefined> {
  const answer = await authorize(asking, access).catch((error: unknown) => {
    // A token server that refuses.
    if (error instanceof SealiftError && error.code === 'REGISTRY_DENIED') return undefined
    throw error
  })
  if (answer === undefined) return undefined
  const { status } = answer
  const type = (header(answer, 'content-type') ?? '').split(';')[0]?.trim()
  const without = status === 501 || (status >= 400 && status < 500 && status !== 408 && status !== 429)
  if (without || (status === 200 && type !== mediaTypes.ociIndex)) {
    drain(answer)
    return undefined
  }
  if (status !== 200) throw statusFailure(asking.subject, await readRefusal(asking, answer, clock))
  const bytes = await readBody(asking, answer, pageBytes)
  if (bytes !== undefined) return { bytes, next: nextPage(asking, answer) }
  throw new SealiftError('REGISTRY_FAILED', `${asking.subject}: the list is larger than 4 MiB`)
}
