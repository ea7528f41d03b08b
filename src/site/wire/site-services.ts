import type { Site } from '../../kernel/inputs/index.ts'
import type { SiteHost } from '../../kernel/ports/index.ts'
import { cacheLogin, cacheUrl } from './connection.ts'
import type { OwnDatabase } from './database/index.ts'
import type { Environment } from './keys/index.ts'
import type { SiteServices } from './services.ts'

/** The environment for Infisical's pod. `siteUrl` and `memory` as derived. @throws SealiftError SITE_INVALID */
export async function environmentOf(
  { cluster, site }: SiteServices,
  own: OwnDatabase,
  derived: Pick<Environment, 'siteUrl' | 'memory'>,
): Promise<Environment> {
  const { password } = await cacheLogin(cluster, site, site.dragonfly)
  const { ca } = own.place
  return {
    databaseUri: own.uri,
    cacheUrl: cacheUrl(site, password),
    ...(ca === undefined ? {} : { databaseCa: ca }),
    ...derived,
  }
}

/** The site's two services as wiring wants them; `namespace` is Infisical's. */
export function servicesOf(
  site: Site,
  { cluster, database, cache, random, clock }: SiteHost,
  namespace: string,
): SiteServices {
  return { cluster, database, cache, random, clock, site, namespace }
}
