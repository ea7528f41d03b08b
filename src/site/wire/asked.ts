import { keysSecretName, readValues } from '../../kernel/access/index.ts'
import { messageOf, printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Cluster, Endpoint, Secret } from '../../kernel/ports/index.ts'
import { type CacheFacts, checkCache, flagPlaceAt } from './cache/index.ts'
import { parseCacheUrl, podLogin } from './connection.ts'
import { type DatabaseFacts, type DatabaseState, databaseState, serverFacts } from './database/index.ts'
import { parseDatabaseUri } from './database-uri.ts'
import { through } from './reach.ts'
import type { SiteServices } from './services.ts'
import { withSession } from './session.ts'

/** The database as Infisical's pods find it. */
export interface AskedDatabase {
  readonly user: string
  readonly database: string
  readonly facts: DatabaseFacts
  readonly state: DatabaseState
}

const where = (key: string) => `${key} in Secret ${keysSecretName}`

/** Where Infisical's pods connect to, as their environment says. */
export interface PodAddresses {
  readonly databaseUri?: Secret
  /** CA of the database (PEM). */
  readonly databaseCa?: string
  readonly cacheUrl?: Secret
}

/** The addresses that Infisical's pods have in their environment; the keys' copy elsewhere does not count. */
export async function podAddresses(cluster: Cluster, namespace: string): Promise<PodAddresses> {
  const values = (await readValues(cluster, namespace, keysSecretName))?.values
  const [databaseUri, cacheUrl] = [values?.get('DB_CONNECTION_URI'), values?.get('REDIS_URL')]
  const rootCert = values?.get('DB_ROOT_CERT')?.reveal().trim()
  return {
    ...(databaseUri && { databaseUri }),
    ...(rootCert && { databaseCa: Buffer.from(rootCert, 'base64').toString() }),
    ...(cacheUrl && { cacheUrl }),
  }
}

/** Where the URI that the pods have leads. @throws SealiftError SITE_INVALID */
export function databaseServer(uri: Secret): Endpoint {
  return parseDatabaseUri(uri, where('DB_CONNECTION_URI'))
}

/** Where the URL that the pods have leads. @throws SealiftError SITE_INVALID */
export function cacheServer(url: Secret): Endpoint {
  return parseCacheUrl(url, where('REDIS_URL'))
}

type Asking = Pick<SiteServices, 'cluster' | 'namespace'>

/**
 * Logs in with the URI and the CA that Infisical's pods have, as its own role, and looks what is there. Changes nothing.
 * @throws SealiftError DATABASE_*, SITE_INVALID, CLUSTER_*
 */
export async function askDatabase(
  services: Asking & Pick<SiteServices, 'database'>,
  uri: Secret,
  rootCert?: string,
): Promise<AskedDatabase> {
  const { parts, place } = podLogin(uri, rootCert, where('DB_CONNECTION_URI'))
  const { user, database } = parts
  return await through(services, 'database', parts, endpoint =>
    withSession(services.database, { ...place, ...parts, ...endpoint }, async session => {
      try {
        await session.query('SELECT 1')
        const facts = await serverFacts(session, database)
        return { user, database, facts, state: await databaseState(session) }
      } catch (error) {
        if (error instanceof SealiftError) throw error
        const said = printable(messageOf(error))
        throw new SealiftError('DATABASE_UNFIT', `PostgreSQL does not answer ${user}: ${said}`, {
          cause: error,
        })
      }
    }),
  )
}

/**
 * Logs in with the URL that Infisical's pods have, and checks all that they need but free connections: their own are
 * in use. Writes nothing. @throws SealiftError CACHE_*, SITE_INVALID, CLUSTER_*
 */
export async function askCache(
  services: Asking & Pick<SiteServices, 'cache'>,
  url: Secret,
): Promise<CacheFacts> {
  const { database, ...login } = parseCacheUrl(url, where('REDIS_URL'))
  return await through(services, 'dragonfly', login, endpoint =>
    withSession(services.cache, { ...login, ...endpoint, serverName: login.host }, session =>
      checkCache(session, { database, connections: 0, flagPlace: flagPlaceAt(services, login.host) }),
    ),
  )
}
