import { messageOf, SealiftError } from '../../kernel/errors/index.ts'
import { parseJson, type Reference } from '../../kernel/oci/index.ts'
import { nextPage, readBody } from './answer.ts'
import type { Asking } from './asking.ts'
import type { Authorize } from './authorize.ts'
import { ask, type Place } from './download.ts'
import { printRepository } from './endpoint.ts'
import { Passing } from './failures.ts'
import { firstOf, type RetryContext } from './retry.ts'

const mostPages = 20
const pageBytes = 4 * 1024 * 1024

/**
 * GET /v2/NAME/tags/list (distribution-spec v1.1), page by page, from the first place that has it. It serves hints, so
 * each page is asked for once, and those that came before one that fails are enough.
 * @throws the signal's reason when aborted
 */
export async function fetchTags(
  authorize: Authorize,
  { clock }: Pick<RetryContext, 'clock'>,
  places: readonly Place[],
  reference: Reference,
  signal?: AbortSignal,
): Promise<readonly string[] | undefined> {
  const subject = `the tags of ${printRepository(reference)}`
  const listed = async ({ url, access }: Place): Promise<string[]> => {
    const found: string[] = []
    let next: URL | undefined = url
    for (let page = 0; next !== undefined && page < mostPages; page++) {
      try {
        const asking: Asking = { subject, url: next, signal }
        const answer = await ask(authorize, clock, asking, access, 'IMAGE_NOT_FOUND')
        found.push(...tagsIn(await readBody(asking, answer, pageBytes), subject))
        next = nextPage(asking, answer)
      } catch (error) {
        signal?.throwIfAborted()
        if (page > 0) return found
        throw error instanceof Passing ? error.final : error
      }
    }
    return found
  }
  try {
    return await firstOf(places, listed)
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof SealiftError) return undefined
    throw error
  }
}

function tagsIn(bytes: Uint8Array | undefined, subject: string): string[] {
  if (bytes === undefined) throw new SealiftError('REGISTRY_FAILED', `${subject}: a page larger than 4 MiB`)
  let list: unknown
  try {
    list = (parseJson(bytes, pageBytes) as { tags?: unknown } | null)?.tags
  } catch (error) {
    throw new SealiftError('REGISTRY_FAILED', `${subject}: ${messageOf(error)}`)
  }
  // Go writes a list without entries as null.
  if (list === null) return []
  if (!Array.isArray(list)) throw new SealiftError('REGISTRY_FAILED', `${subject}: no list of tags`)
  return list.filter(tag => typeof tag === 'string')
}
