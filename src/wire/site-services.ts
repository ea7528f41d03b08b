import type {
  Cache,
  Cluster,
  Database,
  DatabaseLogin,
  DatabaseSession,
  Endpoint,
  Random,
  Secret,
} from '../ports/index.ts'
import type { Site } from '../spec/index.ts'
import { type CacheFacts, type CacheNeeds, checkCache } from './cache.ts'
import {
  adminLogin,
  cacheLogin,
  cacheUrl,
  type DatabasePlace,
  type DatabaseUri,
  databasePlace,
  databaseUri,
  parseDatabaseUri,
} from './connection.ts'
import {
  checkDatabase,
  checkServer,
  type DatabaseFacts,
  type DatabaseState,
  databaseState,
} from './database.ts'
import type { Environment, StoredKeys } from './keys.ts'
import { dropDatabase, type Prepared, prepareDatabase, targetState } from './prepare-database.ts'
import { reach } from './reach.ts'
import { makePassword, readSecret } from './secrets.ts'

/** The two services of a site, and how to get to them. */
export interface SiteServices {
  readonly cluster: Cluster
  readonly database: Database
  readonly cache: Cache
  readonly random: Random
  readonly site: Site
}

/** Infisical's own login to the database, as its pods use it. */
export interface OwnDatabase {
  readonly parts: DatabaseUri
  /** The URI for the pods; the site's own one is passed on as it is. */
  readonly uri: Secret
  readonly place: DatabasePlace
}

/**
 * Infisical's own login: the site's URI; or the stored one, or a new password, for the role that Sealift makes.
 * @throws SealiftError SITE_INVALID
 */
export async function ownDatabase(
  { cluster, random, site }: SiteServices,
  stored: Pick<StoredKeys, 'databaseUri'> | undefined,
): Promise<OwnDatabase> {
  const { uri: ref, host, port, user, name } = site.database
  const place = await databasePlace(cluster, site)
  if (ref !== undefined) {
    const uri = await readSecret(cluster, ref, 'database.uri')
    const parts = parseDatabaseUri(uri, 'database.uri')
    return { parts, uri, place: { ...place, serverName: parts.host } }
  }
  const kept =
    stored?.databaseUri && parseDatabaseUri(stored.databaseUri, 'the stored DB_CONNECTION_URI').password
  const parts = { host, port, user, database: name, password: kept ?? makePassword(random) }
  return { parts, uri: databaseUri(parts, place.tls), place }
}

/**
 * Looks at the database and changes nothing. `state` is missing where the database is not there yet.
 * Fails where {@link readyDatabase} would.
 * @throws SealiftError DATABASE_*, FOREIGN_INSTALL, SITE_INVALID
 */
export async function inspectDatabase(
  services: SiteServices,
  own: OwnDatabase,
  connections: number,
): Promise<{ facts: DatabaseFacts; state?: DatabaseState }> {
  const { cluster, database, site } = services
  return await through(cluster, own.parts, async endpoint => {
    const admin = await adminLogin(cluster, site, endpoint)
    if (admin === undefined)
      return await using(database, asOwn(own, endpoint), async session => ({
        facts: await checkDatabase(session, connections, own.parts.database),
        state: await databaseState(session),
      }))
    const facts = await using(database, admin, session =>
      checkServer(session, connections, own.parts.database),
    )
    const { database: name, user } = own.parts
    const state = await targetState(database, admin, { name, user })
    return state === undefined ? { facts } : { facts, state }
  })
}

/**
 * Makes role and database where the site names an administrator, and checks them in any case, as their own role.
 * @throws SealiftError DATABASE_*, FOREIGN_INSTALL, SITE_INVALID
 */
export async function readyDatabase(
  services: SiteServices,
  own: OwnDatabase,
  connections: number,
): Promise<Prepared | undefined> {
  const { cluster, database, random, site } = services
  const { user, password, database: name } = own.parts
  return await through(cluster, own.parts, async endpoint => {
    const admin = await adminLogin(cluster, site, endpoint)
    const prepared = admin && (await prepareDatabase(database, admin, { name, user, password }, random))
    await using(database, asOwn(own, endpoint), session => checkDatabase(session, connections, name))
    return prepared
  })
}

/**
 * Drops the database and role that Sealift made; nothing where the site names a URI. Only for `remove --purge`.
 * @throws SealiftError DATABASE_*, SITE_INVALID
 */
export async function purgeDatabase({ cluster, database, site }: SiteServices): Promise<void> {
  const { name, user } = site.database
  await through(cluster, site.database, async endpoint => {
    const admin = await adminLogin(cluster, site, endpoint)
    if (admin !== undefined) await dropDatabase(database, admin, { name, user })
  })
}

/** Looks at Dragonfly and changes nothing. @throws SealiftError CACHE_*, SITE_INVALID */
export async function inspectCache(
  { cluster, cache, site }: SiteServices,
  needs: Omit<CacheNeeds, 'database'>,
): Promise<CacheFacts> {
  return await through(cluster, site.dragonfly, async endpoint => {
    const session = await cache.open(await cacheLogin(cluster, site, endpoint))
    try {
      return await checkCache(session, { ...needs, database: site.dragonfly.database })
    } finally {
      await session.close()
    }
  })
}

/**
 * Empties Infisical's database number in Dragonfly; its first install found that number empty. Number 0 is
 * left alone: it is what every other client uses unless told otherwise. Gives whether it was emptied.
 * @throws SealiftError CACHE_*, SITE_INVALID
 */
export async function purgeCache({ cluster, cache, site }: SiteServices): Promise<boolean> {
  const { database } = site.dragonfly
  if (database === 0) return false
  return await through(cluster, site.dragonfly, async endpoint => {
    const session = await cache.open(await cacheLogin(cluster, site, endpoint))
    try {
      await session.command('SELECT', String(database))
      await session.command('FLUSHDB')
      return true
    } finally {
      await session.close()
    }
  })
}

/** The environment for Infisical's pod. `siteUrl` and `heapMiB` as derived. @throws SealiftError SITE_INVALID */
export async function environmentOf(
  { cluster, site }: SiteServices,
  own: OwnDatabase,
  derived: Pick<Environment, 'siteUrl' | 'heapMiB'>,
): Promise<Environment> {
  const { password } = await cacheLogin(cluster, site, site.dragonfly)
  const { tls, ca } = own.place
  return {
    databaseUri: own.uri,
    cacheUrl: cacheUrl(site, password),
    tls,
    ...(ca === undefined ? {} : { databaseCa: ca }),
    ...derived,
  }
}

function asOwn({ parts, place }: OwnDatabase, endpoint: Endpoint): DatabaseLogin {
  return { ...place, ...endpoint, user: parts.user, password: parts.password, database: parts.database }
}

async function through<T>(
  cluster: Cluster,
  place: Endpoint,
  work: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  const forward = await reach(cluster, place)
  try {
    return await work({ host: forward.host, port: forward.port })
  } finally {
    await forward.close()
  }
}

async function using<T>(
  database: Database,
  login: DatabaseLogin,
  work: (session: DatabaseSession) => Promise<T>,
): Promise<T> {
  const session = await database.open(login)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}
