import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import type { DatabaseLogin, Endpoint, Secret } from '../../../kernel/ports/index.ts'
import {
  adminLogin,
  type DatabasePlace,
  type DatabaseUri,
  databasePlace,
  databaseUri,
  parseDatabaseUri,
} from '../connection.ts'
import { keysSecretName, type StoredKeys } from '../keys/index.ts'
import { through } from '../reach.ts'
import { makePassword, readSecret } from '../secrets.ts'
import type { SiteServices } from '../services.ts'
import { withSession } from '../session.ts'
import { checkDatabase, checkServer, type DatabaseFacts, databaseState } from './database.ts'
import { dropDatabase } from './drop-database.ts'
import { type Prepared, prepareDatabase } from './prepare-database.ts'
import { type TargetState, targetState } from './target-database.ts'

/** Infisical's own login to the database, as its pods use it. */
export interface OwnDatabase {
  readonly parts: DatabaseUri
  /** The URI for the pods; the site's own one is passed on as it is. */
  readonly uri: Secret
  readonly place: DatabasePlace
  /** Whether the site's keys were made for this very role and database. */
  readonly known: boolean
}

/** Whether keys were made for this role and database; where they lie may have changed since. */
export function madeForDatabase(
  stored: Pick<StoredKeys, 'databaseUri'> | undefined,
  { user, name }: Site['database'],
): boolean {
  const made = storedPlace(stored)
  return made?.user === user && made.database === name
}

/** Whether keys were made for a database at this very server. */
export function madeAtServer(
  stored: Pick<StoredKeys, 'databaseUri'>,
  { host, port }: Site['database'],
): boolean {
  const made = storedPlace(stored)
  return made?.host === host && made.port === port
}

function storedPlace(stored: Pick<StoredKeys, 'databaseUri'> | undefined): DatabaseUri | undefined {
  const uri = stored?.databaseUri
  return uri === undefined ? undefined : parseDatabaseUri(uri, 'the stored DB_CONNECTION_URI')
}

/**
 * A role that Sealift made, and not for this site: to change its password would take another Infisical's database
 * away. @throws SealiftError FOREIGN_INSTALL
 */
export function refuseOthersRole({ parts, known }: OwnDatabase, role: boolean): void {
  if (!role || known) return
  throw new SealiftError(
    'FOREIGN_INSTALL',
    `role ${parts.user} is in PostgreSQL already, made by Sealift, but this site's keys know nothing of it`,
    {
      hints: [
        'Another site uses it: give database.user and database.name other names.',
        `Or it was this one's: put Secret ${keysSecretName} back from a backup.`,
      ],
    },
  )
}

/**
 * Keys that were made for a database elsewhere, and an empty one here: what is kept there would be left, and a new
 * Infisical begun in silence. @throws SealiftError FOREIGN_INSTALL
 */
export function refuseOtherDatabase(
  stored: Pick<StoredKeys, 'databaseUri'> | undefined,
  { parts }: Pick<OwnDatabase, 'parts'>,
): void {
  const made = storedPlace(stored)
  const placeOf = ({ host, port, database }: DatabaseUri) => `${database} at ${host}:${port}`
  if (made === undefined || placeOf(made) === placeOf(parts)) return
  throw new SealiftError(
    'FOREIGN_INSTALL',
    `this cluster's Infisical keeps its data in database ${placeOf(made)}; the site file names ${placeOf(parts)}, which holds none`,
    {
      hints: [
        'take the site file of this cluster, or move the data there first',
        'to begin anew with an empty database: --take-over',
      ],
    },
  )
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
    return { parts, uri, place: { ...place, serverName: parts.host }, known: true }
  }
  const kept =
    stored?.databaseUri && parseDatabaseUri(stored.databaseUri, 'the stored DB_CONNECTION_URI').password
  const parts = { host, port, user, database: name, password: kept ?? makePassword(random) }
  return { parts, uri: databaseUri(parts, place.tls), place, known: madeForDatabase(stored, site.database) }
}

/**
 * Looks at the database and changes nothing. `state` is missing where the database is not there yet; `role` says
 * whether the role that an administrator would make is.
 * Fails where {@link readyDatabase} would.
 * @throws SealiftError DATABASE_*, FOREIGN_INSTALL, SITE_INVALID
 */
export async function inspectDatabase(
  services: SiteServices,
  own: OwnDatabase,
  connections: number,
): Promise<{ facts: DatabaseFacts } & TargetState> {
  const { cluster, database, site } = services
  return await through(cluster, 'database', own.parts, async endpoint => {
    const admin = await adminLogin(cluster, site, endpoint)
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
  return await through(cluster, 'database', own.parts, async endpoint => {
    const admin = await adminLogin(cluster, site, endpoint)
    const prepared = admin && (await prepareDatabase(database, admin, { name, user, password }, random))
    await withSession(database, asOwn(own, endpoint), session => checkDatabase(session, connections, name))
    return prepared
  })
}

/**
 * Drops the database and role that Sealift made; nothing where the site names a URI. Only for `remove --purge`.
 * @throws SealiftError DATABASE_*, SITE_INVALID
 */
export async function purgeDatabase({ cluster, database, site }: SiteServices): Promise<void> {
  const { name, user } = site.database
  await through(cluster, 'database', site.database, async endpoint => {
    const admin = await adminLogin(cluster, site, endpoint)
    if (admin !== undefined) await dropDatabase(database, admin, { name, user })
  })
}

function asOwn({ parts, place }: OwnDatabase, endpoint: Endpoint): DatabaseLogin {
  return { ...place, ...endpoint, user: parts.user, password: parts.password, database: parts.database }
}
