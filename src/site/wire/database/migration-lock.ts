import type { SiteServices } from '../services.ts'
import type { OwnDatabase } from './own-database.ts'
import { withOwnSession } from './own-session.ts'

/**
 * Frees the lock that a killed migration has left (knex's `is_locked`, on which every later server waits or fails), while
 * nobody is connected. Tells whether it was held. @throws SealiftError DATABASE_*, CLUSTER_*
 */
export async function freeMigrationLock(services: SiteServices, own: OwnDatabase): Promise<boolean> {
  return await withOwnSession(services, own, async session => {
    const [there] = await session.query(
      `SELECT to_regclass('infisical_migrations_lock') IS NOT NULL AS migrated`,
    )
    if (there?.['migrated'] !== true) return false
    const freed = await session.query(
      'UPDATE infisical_migrations_lock SET is_locked = 0 WHERE is_locked <> 0 RETURNING is_locked',
    )
    return freed.length > 0
  })
}
