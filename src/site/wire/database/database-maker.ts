import { SealiftError } from '../../../kernel/errors/index.ts'
import type { DatabaseLogin, DatabaseSession, Endpoint } from '../../../kernel/ports/index.ts'
import { operatedBy } from '../cloudnativepg/index.ts'
import { adminLogin } from '../connection.ts'
import { through } from '../reach.ts'
import type { SiteServices } from '../services.ts'
import { withSession } from '../session.ts'
import { loginOf } from './operated-login.ts'
import type { OwnDatabase } from './own-database.ts'

/** Who may make, rename and drop databases that Infisical's role owns, in a session of his. */
export interface DatabaseMaker {
  readonly session: DatabaseSession
  readonly login: DatabaseLogin
  readonly by: 'role' | 'administrator'
}

/**
 * A session at the server itself, past any pooler and outside Infisical's own database: as Infisical's role where that may
 * make databases, else as the site's administrator. No statement of it is cut off by time.
 * @throws SealiftError DATABASE_DENIED where neither may, DATABASE_*, SITE_INVALID, CLUSTER_*
 */
export async function withDatabaseMaker<T>(
  services: SiteServices,
  own: OwnDatabase,
  work: (maker: DatabaseMaker) => Promise<T>,
): Promise<T> {
  const { cluster, database, site } = services
  const operated = await operatedBy(services)
  return await through(services, 'database', operated?.primary ?? own.parts, async endpoint => {
    const role =
      operated === undefined
        ? roleLogin(own, endpoint)
        : { ...loginOf(operated, own, endpoint), database: 'postgres' }
    const as = async (login: DatabaseLogin, by: DatabaseMaker['by']) =>
      await withSession(database, login, async session => {
        await session.query('SET statement_timeout = 0')
        return await work({ session, login, by })
      })
    if (await makesDatabases(services, role)) return await as(role, 'role')
    const admin = operated === undefined ? await adminLogin(cluster, site, endpoint) : undefined
    if (admin !== undefined) return await as(admin, 'administrator')
    throw new SealiftError('DATABASE_DENIED', `${role.user} may not make databases, so none can be copied`, {
      hints: [`let it: ALTER ROLE ${role.user} CREATEDB; or name an administrator under database.admin`],
    })
  })
}

function roleLogin({ parts, place }: OwnDatabase, endpoint: Endpoint): DatabaseLogin {
  return { ...place, ...endpoint, user: parts.user, password: parts.password, database: 'postgres' }
}

/** Whether it may; a role that is not let into database `postgres` may not. */
async function makesDatabases({ database }: SiteServices, login: DatabaseLogin): Promise<boolean> {
  try {
    return await withSession(database, login, async session => {
      const [row] = await session.query(
        'SELECT rolsuper OR rolcreatedb AS may FROM pg_roles WHERE rolname = current_user',
      )
      return row?.['may'] === true
    })
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'DATABASE_DENIED') return false
    throw error
  }
}
