import { SealiftError } from '../../../kernel/errors/index.ts'
import type { DatabaseLogin, Endpoint, Secret } from '../../../kernel/ports/index.ts'
import { keptPassword, type OperatedCluster, operatedBy, runsAtHost } from '../cloudnativepg/index.ts'
import { adminLogin, databasePlace, podLogin } from '../connection.ts'
import { databaseUri, podUri } from '../database-uri.ts'
import type { StoredKeys } from '../keys/index.ts'
import { through } from '../reach.ts'
import { makePassword, readSecret } from '../secrets.ts'
import type { SiteServices } from '../services.ts'
import { withSession } from '../session.ts'
import { checkDatabase, checkServer, type DatabaseFacts, databaseState } from './database.ts'
import { dropDatabase } from './drop-database.ts'
import { inspectOperated, purgeOperated, readyOperated, type Watched } from './operated-database.ts'
import type { OwnDatabase } from './own-database.ts'
import { type Prepared, prepareDatabase } from './prepare-database.ts'
import { type TargetState, targetState } from './target-database.ts'
import { storedPlace } from './whose-database.ts'

/**
 * Infisical's own login: the site's URI; or the stored one, or a new password, for the role that Sealift makes.
 * @throws SealiftError SITE_INVALID
 */
export async function ownDatabase(
  services: SiteServices,
  stored: Pick<StoredKeys, 'databaseUri'> | undefined,
): Promise<OwnDatabase> {
  return ownAt(services, stored, await operatedBy(services))
}

async function ownAt(
  { cluster, random, site }: SiteServices,
  stored: Pick<StoredKeys, 'databaseUri'> | undefined,
  operated: OperatedCluster | undefined,
): Promise<OwnDatabase> {
  const { uri: ref, host, port, user, name } = site.database
  const place = await databasePlace(cluster, site, operated?.ca)
  if (ref !== undefined) {
    const uri = podUri(await readSecret(cluster, ref, 'database.uri'), place.tls, 'database.uri')
    return { uri, ...podLogin(uri, place.ca, 'database.uri') }
  }
  const told = operated && { name, user, site: site.metadata.name }
  const known = storedPlace(stored)?.password ?? (told && (await keptPassword(cluster, operated, told)))
  const password = known ?? makePassword(random)
  const parts = { host, port, user, database: name, password }
  const fresh = known === undefined ? { fresh: true } : {}
  return { parts, uri: databaseUri(parts, place.tls), place, ...fresh }
}

/** The same login with another password. */
export function withPassword(own: OwnDatabase, password: Secret): OwnDatabase {
  const parts = { ...own.parts, password }
  return { ...own, parts, uri: databaseUri(parts, own.place.tls) }
}

/**
 * The CA (PEM) by which the site's database is to be checked, as it is now; nothing where none is.
 * @throws SealiftError SITE_INVALID, CLUSTER_*
 */
export async function databaseCa(services: SiteServices): Promise<string | undefined> {
  const operated = await operatedBy(services)
  return (await databasePlace(services.cluster, services.site, operated?.ca)).ca
}

/**
 * Looks at the database and changes nothing. `state` is missing where the database is not there yet; `role` says
 * whether the role that would be made is. `facts` are missing where only its own role will see them.
 * Fails where {@link readyDatabase} would.
 * @throws SealiftError DATABASE_*, FOREIGN_INSTALL, SITE_INVALID
 */
export async function inspectDatabase(
  services: SiteServices,
  own: OwnDatabase,
  connections: number,
): Promise<{ facts?: DatabaseFacts } & TargetState> {
  const { database } = services
  const operated = await operatedBy(services)
  if (operated !== undefined) return await inspectOperated(services, operated, own, connections)
  return await through(services, 'database', own.parts, async endpoint => {
    const admin = await adminOrHint(services, endpoint)
    if (admin === undefined)
      return await withSession(database, asOwn(own, endpoint), async session => ({
        facts: await checkDatabase(session, connections, own.parts.database),
        role: false,
        state: await databaseState(session),
      }))
    const facts = await withSession(database, admin, session =>
      checkServer(session, connections, own.parts.database),
    )
    const { database: name, user } = own.parts
    return { facts, ...(await targetState(database, admin, { name, user })) }
  })
}

/**
 * Makes role and database where the site names an administrator, or has CloudNativePG make them, and checks them in any
 * case, as their own role. `watched` is for what is waited for.
 * @throws SealiftError DATABASE_*, FOREIGN_INSTALL, SITE_INVALID
 */
export async function readyDatabase(
  services: SiteServices,
  own: OwnDatabase,
  connections: number,
  watched: Watched = {},
): Promise<Prepared | undefined> {
  const { cluster, database, random, site } = services
  const operated = await operatedBy(services)
  if (operated !== undefined) return await readyOperated(services, operated, own, connections, watched)
  const { user, password, database: name } = own.parts
  return await through(services, 'database', own.parts, async endpoint => {
    const admin = await adminLogin(cluster, site, endpoint)
    const prepared = admin && (await prepareDatabase(database, admin, { name, user, password }, random))
    await withSession(database, asOwn(own, endpoint), session => checkDatabase(session, connections, name))
    return prepared
  })
}

/**
 * Drops the database and role that Sealift made; nothing where the site names a URI. Only for `remove --purge`. `stored`
 * are this site's keys. Gives why they stay, if they do.
 * @throws SealiftError DATABASE_*, SITE_INVALID
 */
export async function purgeDatabase(
  services: SiteServices,
  stored?: Pick<StoredKeys, 'databaseUri'>,
): Promise<string | undefined> {
  const { cluster, database, site } = services
  const { name, user } = site.database
  const operated = await operatedBy(services)
  if (operated !== undefined)
    return await purgeOperated(services, operated, await ownAt(services, stored, operated))
  return await through(services, 'database', site.database, async endpoint => {
    const admin = await adminLogin(cluster, site, endpoint)
    return admin && (await dropDatabase(database, admin, { name, user }))
  })
}

/** The administrator's login; where its Secret is not there because nobody made one, that is said. */
async function adminOrHint(services: SiteServices, endpoint: Endpoint): Promise<DatabaseLogin | undefined> {
  try {
    return await adminLogin(services.cluster, services.site, endpoint)
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code !== 'SITE_INVALID' || !(await runsAtHost(services)))
      throw error
    throw error.with({
      hints: [
        'CloudNativePG runs it, which has no superuser’s Secret unless asked: leave database.admin out, and it makes role and database itself.',
      ],
    })
  }
}

/** Infisical's own login at a way to the server. */
export function asOwn({ parts, place }: OwnDatabase, endpoint: Endpoint): DatabaseLogin {
  return { ...place, ...endpoint, user: parts.user, password: parts.password, database: parts.database }
}
