/** A site in memory beside a real PostgreSQL, whose database one or another may copy. */
import { clock as real } from '../../../src/adapters/clock.ts'
import { createDragonfly } from '../../../src/adapters/dragonfly/index.ts'
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import { parseSite } from '../../../src/kernel/inputs/index.ts'
import { type Database, type DatabaseSession, Secret } from '../../../src/kernel/ports/index.ts'
import {
  type OwnDatabase,
  ownDatabase,
  readyDatabase,
  type SiteServices,
} from '../../../src/site/wire/index.ts'
import { secretObject } from '../../../src/site/wire/secrets.ts'
import { startPostgres } from '../../support/services.ts'
import { countingRandom, siteCluster } from '../../unit/site/wire/memory.ts'
import { smallSite } from '../../unit/site/wire/sites.ts'

/** Who copies: the superuser, an administrator who is none, Infisical's role though there is one, the role of a site's URI. */
export const ways = ['superuser', 'administrator', 'role', 'uri'] as const
export type Way = (typeof ways)[number]

/** The site, and what a test does at its server. */
export interface SnapshotSite {
  readonly services: SiteServices
  readonly own: OwnDatabase
  /** A session of somebody in a database: Infisical's own role where nobody is named. */
  as(login?: { readonly user?: string; readonly database?: string }): Promise<DatabaseSession>
  /** Statements by Infisical's own role, in its database. */
  fill(...statements: readonly string[]): Promise<void>
  /** Rows of table `things`. */
  rows(database?: string): Promise<number>
}

/** A server for sites, one after the other. */
export interface SnapshotServer {
  /** The superuser's session in database `postgres`. */
  readonly root: DatabaseSession
  /** A site whose database is new; what there was of another is gone. `database` is its port to PostgreSQL. */
  site(way: Way, database?: Database): Promise<SnapshotSite>
  /** The databases of a site. */
  databases(): Promise<string[]>
  stop(): Promise<void>
}

const passwords: Readonly<Record<string, string>> = { dba: 'of-the-dba', watcher: 'of-the-watcher' }
/** Ten seconds are two of these. */
const clock = { ...real, now: () => 5 * real.now() }
const text = smallSite.replace('database:\n', 'database:\n  tls: disable\n')
const uriText = text.replace(
  /admin: \{ namespace: databases.*/,
  'uri: { namespace: databases, name: uri, key: uri }',
)

/** Starts PostgreSQL, with `dba`, an administrator who is no superuser, and `watcher`, somebody else. */
export async function snapshotServer(
  settings: Readonly<Record<string, string>> = {},
): Promise<SnapshotServer> {
  const postgres = await startPostgres({ settings })
  const { host, port, user } = postgres
  const at = { host, port, tls: 'disable' } as const
  const open = createPostgres().open
  const root = await open({ ...at, user, password: new Secret(postgres.password), database: 'postgres' })
  for (const [name, rights] of Object.entries({ dba: 'CREATEROLE CREATEDB', watcher: '' }))
    await root.query(`CREATE ROLE ${name} LOGIN ${rights} PASSWORD '${passwords[name]}'`)
  const databases = async () => {
    const found = await root.query(
      `SELECT datname FROM pg_database WHERE datname LIKE 'infisical%' ORDER BY 1`,
    )
    return found.map(({ datname }) => String(datname))
  }

  async function clean(): Promise<void> {
    for (const name of await databases()) {
      await root.query(`ALTER DATABASE "${name}" IS_TEMPLATE false`)
      await root.query(`DROP DATABASE "${name}" WITH (FORCE)`)
    }
    await root.query('DROP ROLE IF EXISTS infisical')
  }

  async function site(way: Way, database: Database = createPostgres()): Promise<SnapshotSite> {
    await clean()
    const admin =
      way === 'superuser'
        ? { username: user, password: postgres.password }
        : { username: 'dba', password: passwords['dba'] ?? '' }
    const cluster = await siteCluster(secretObject('databases', 'postgres-superuser', admin))
    cluster.behaviour.services = { 'databases/postgres-cluster-rw:5432': postgres }
    const ports = { cluster, database, cache: createDragonfly(), random: countingRandom(), clock }
    const services = { ...ports, site: parseSite(text, 'site.yaml'), namespace: 'infisical' }
    const own = await ownDatabase(services, undefined)
    await readyDatabase(services, own, 20)
    if (way === 'role' || way === 'uri') await root.query('ALTER ROLE infisical CREATEDB')
    await cluster.apply(secretObject('databases', 'uri', { uri: own.uri }))
    const as: SnapshotSite['as'] = async ({ user: who, database: name = 'infisical' } = {}) => {
      const { parts } = own
      const password = who === undefined ? parts.password : new Secret(passwords[who] ?? postgres.password)
      return await open({ ...at, user: who ?? parts.user, password, database: name })
    }
    return {
      ...{
        services: way === 'uri' ? { ...services, site: parseSite(uriText, 'site.yaml') } : services,
        own,
        as,
      },
      async fill(...statements) {
        const session = await as()
        for (const statement of statements) await session.query(statement)
        await session.close()
      },
      async rows(name = 'infisical') {
        const session = await as({ database: name })
        const [row] = await session.query('SELECT count(*)::int AS n FROM things')
        await session.close()
        return Number(row?.['n'])
      },
    }
  }

  return {
    ...{ root, site, databases },
    async stop() {
      await root.close()
      await postgres.stop()
    },
  }
}
