import { through } from '../reach.ts'
import type { SiteServices } from '../services.ts'
import { withSession } from '../session.ts'
import type { OwnDatabase } from './own-database.ts'
import { asOwn } from './site-database.ts'

/**
 * How many migrations Infisical's database has had, and the last one's name; nothing where it has had none.
 * @throws SealiftError DATABASE_*, CLUSTER_*
 */
export async function migrationsDone(
  services: SiteServices,
  own: OwnDatabase,
): Promise<{ readonly count: number; readonly last: string } | undefined> {
  return await through(services, 'database', own.parts, endpoint =>
    withSession(services.database, asOwn(own, endpoint), async session => {
      const [there] = await session.query(
        `SELECT to_regclass('infisical_migrations') IS NOT NULL AS migrated`,
      )
      if (there?.['migrated'] !== true) return undefined
      const [row] = await session.query(
        'SELECT count(*)::int AS done, (SELECT left(name::text, 300) FROM infisical_migrations ORDER BY id DESC LIMIT 1) AS last FROM infisical_migrations',
      )
      const { done, last } = row ?? {}
      return Number(done) > 0 ? { count: Number(done), last: String(last) } : undefined
    }),
  )
}
