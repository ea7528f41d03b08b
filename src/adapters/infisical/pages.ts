import { SealiftError } from '../../kernel/errors/index.ts'

// As many identities as no organisation has.
const most = 100_000

/**
 * The pages of a list, until one is not full. A server that never comes to an end is not listened to for ever.
 * @param what what is listed, in words @param idOf what tells entries apart
 * @throws SealiftError SERVER_FAILED where a full page has nothing new, or there are too many, and what `ask` throws
 */
export async function* pagesOf<T>(
  what: string,
  size: number,
  idOf: (entry: T) => string,
  ask: (query: Readonly<Record<'offset' | 'limit', string>>) => Promise<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  const seen = new Set<string>()
  for (let offset = 0; ; offset += size) {
    const entries = await ask({ offset: String(offset), limit: String(size) })
    const before = seen.size
    for (const entry of entries) seen.add(idOf(entry))
    if (entries.length >= size && (seen.size === before || seen.size > most))
      throw new SealiftError('SERVER_FAILED', `Infisical's list of ${what} has no end`)
    yield entries
    if (entries.length < size) return
  }
}
