import type { Site } from '../../kernel/inputs/index.ts'
import type { SiteHost } from '../../kernel/ports/index.ts'
import { allInOrder, haveOlderKeys } from '../install/index.ts'
import {
  type CacheFacts,
  cacheConnections,
  type DatabaseFacts,
  databaseConnections,
  inspectCache,
  inspectDatabase,
  keysFor,
  madeForCache,
  type OwnDatabase,
  ownDatabase,
  refuseOthersDatabase,
  refusePlantedKeys,
  type SiteServices,
  type StoredKeys,
  servicesOf,
  siteVariables,
  storedKeys,
  type Wired,
} from '../wire/index.ts'

// One pod of Infisical fits the budget; both counts allow for a second one while it is rolled out.
const replicas = 1

/**
 * Makes sure that PostgreSQL and Dragonfly fit, and that no keys are lost, before anything is changed.
 * @param takeOver lets keys that were made for one database go on with another one
 * @throws SealiftError DATABASE_*, CACHE_*, KEYS_LOST, FOREIGN_INSTALL, SITE_INVALID, CLUSTER_*
 */
export async function checkServices(
  site: Site,
  host: SiteHost,
  { infisical }: Wired,
  takeOver: boolean,
): Promise<string> {
  const services = servicesOf(site, host, infisical.namespace)
  await siteVariables(services.cluster, site)
  const stored = await storedKeys(services.cluster, services.namespace)
  const [{ facts }, cache] = await allInOrder([ownPlace(services, takeOver), lookAtCache(services, stored)])
  return `${databaseWords(facts)}, ${cacheWords(cache)}`
}

/** The database and the keys that are this site's, or will be. Changes nothing. @throws SealiftError as {@link checkServices} */
export async function ownPlace(services: SiteServices, takeOver: boolean) {
  const place = await lookAtDatabase(services)
  return { ...place, keys: await lookAtKeys(services, place, takeOver) }
}

/** Infisical's own database, as it is found: `facts` are missing where nobody may look yet. */
export type FoundDatabase = Awaited<ReturnType<typeof lookAtDatabase>>

/** Looks whether PostgreSQL fits. Changes nothing. @throws SealiftError DATABASE_*, KEYS_LOST, FOREIGN_INSTALL, SITE_INVALID, CLUSTER_* */
export async function lookAtDatabase(services: SiteServices) {
  const { cluster, namespace } = services
  const stored: StoredKeys | undefined = await storedKeys(cluster, namespace)
  const own: OwnDatabase = await ownDatabase(services, stored)
  return { own, stored, ...(await inspectDatabase(services, own, databaseConnections(replicas))) }
}

/**
 * Infisical's keys, as they are or will be: whether they are lost or somebody else's, and the database with them.
 * Changes nothing. @throws SealiftError KEYS_LOST, FOREIGN_INSTALL, DATABASE_*, CLUSTER_*
 */
export async function lookAtKeys(
  services: SiteServices,
  { own, stored, state, role }: FoundDatabase,
  takeOver: boolean,
) {
  const { cluster, random, namespace } = services
  const older = await haveOlderKeys(cluster, namespace)
  const data = state?.infisical ?? false
  const keys = await keysFor(cluster, random, namespace, data, state?.keysMark)
  if (!data) await refusePlantedKeys(cluster, namespace, older)
  const claim = { own, stored, role, data, namespace, older, keysMark: state?.keysMark, takeOver }
  await refuseOthersDatabase(services, claim)
  return keys
}

/** Looks whether Dragonfly fits, for keys that were made for it or not. Changes nothing. @throws SealiftError CACHE_*, SITE_INVALID, CLUSTER_* */
export async function lookAtCache(
  services: SiteServices,
  stored: StoredKeys | undefined,
): Promise<CacheFacts> {
  return await inspectCache(services, {
    connections: cacheConnections(replicas),
    empty: !madeForCache(stored, services.site),
  })
}

/** A PostgreSQL in words. */
export function databaseWords(facts: DatabaseFacts | undefined): string {
  return facts ? `PostgreSQL ${facts.version}` : 'PostgreSQL by CloudNativePG, which lets nobody look yet'
}

/** A Dragonfly in words. */
export function cacheWords({ server, version }: CacheFacts): string {
  return `${server === 'redis' ? 'Redis' : 'Dragonfly'} ${version}`
}
