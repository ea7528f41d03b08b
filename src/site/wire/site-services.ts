import type { Site } from '../../kernel/inputs/index.ts'
import type { SiteHost } from '../../kernel/ports/index.ts'
import { askedOf } from '../../kernel/server-variables/index.ts'
import { cacheLogin, cacheUrl } from './connection.ts'
import { type OwnDatabase, ownDatabase } from './database/index.ts'
import { type Environment, storedKeys } from './keys/index.ts'
import type { SiteServices } from './services.ts'
import { siteVariables } from './variables.ts'

/**
 * The environment for Infisical's pod, with what site.yaml and verbs for teams asked for. `siteUrl` and `memory` as
 * derived. @throws SealiftError SITE_INVALID, CLUSTER_*
 */
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
    more: { ...(await siteVariables(cluster, site)), ...(await askedOf(cluster)) },
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

/**
 * The database of the Infisical in a namespace, by what is stored of its login there, and the way to it.
 * @throws SealiftError SITE_INVALID, FOREIGN_INSTALL, CLUSTER_*
 */
export async function databaseIn(
  site: Site,
  host: SiteHost,
  namespace: string,
): Promise<{ readonly services: SiteServices; readonly own: OwnDatabase }> {
  const services = servicesOf(site, host, namespace)
  return { services, own: await ownDatabase(services, await storedKeys(host.cluster, namespace)) }
}
