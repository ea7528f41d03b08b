import { messageOf, printable, SealiftError } from '../../../kernel/errors/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import { cacheLogin, cacheUrl } from '../connection.ts'
import type { StoredKeys } from '../keys/index.ts'
import { through } from '../reach.ts'
import type { SiteServices } from '../services.ts'
import { withSession } from '../session.ts'
import { canonicalHost } from '../uri-parts.ts'
import { type CacheFacts, type CacheNeeds, checkCache } from './cache.ts'
import { flagPlaceAt } from './flag-place.ts'

/** Looks at Dragonfly and changes nothing. @throws SealiftError CACHE_*, SITE_INVALID */
export async function inspectCache(
  services: SiteServices,
  needs: Omit<CacheNeeds, 'database' | 'flagPlace'>,
): Promise<CacheFacts> {
  const { cluster, cache, site } = services
  return await through(services, 'dragonfly', site.dragonfly, async endpoint => {
    const login = await cacheLogin(cluster, site, endpoint)
    const { database, host } = site.dragonfly
    const flagPlace = flagPlaceAt(services, host)
    return await withSession(cache, login, session => checkCache(session, { ...needs, database, flagPlace }))
  })
}

/** Whether keys were made for this very server and number; a URL that somebody has spoilt is of none. */
export function madeForCache(stored: Pick<StoredKeys, 'cacheUrl'> | undefined, site: Site): boolean {
  const made = stored?.cacheUrl?.reveal() ?? ''
  const placeOf = (url: string) => {
    const { hostname, port, pathname } = new URL(url)
    return `${canonicalHost(hostname)}:${port}${pathname}`
  }
  return URL.canParse(made) && placeOf(made) === placeOf(cacheUrl(site, undefined).reveal())
}

/**
 * Empties Infisical's database number in Dragonfly; its first install found that number empty. Number 0 is
 * left alone: it is what every other client uses unless told otherwise.
 * @throws SealiftError CACHE_*, SITE_INVALID
 */
export async function purgeCache(services: SiteServices): Promise<void> {
  const { cluster, cache, site } = services
  const { database } = site.dragonfly
  if (database === 0) return
  await through(services, 'dragonfly', site.dragonfly, async endpoint => {
    await withSession(cache, await cacheLogin(cluster, site, endpoint), async session => {
      try {
        await session.command('SELECT', String(database))
        await session.command('FLUSHDB')
      } catch (cause) {
        if (cause instanceof SealiftError) throw cause
        throw new SealiftError(
          'CACHE_UNFIT',
          `Dragonfly did not empty database ${database}: ${printable(messageOf(cause))}`,
          {
            hints: [`empty it by hand: SELECT ${database}, then FLUSHDB; and run this again`],
            cause,
          },
        )
      }
    })
  })
}
