import type { DatabaseSession } from '../../../kernel/ports/index.ts'
import { through } from '../reach.ts'
import type { SiteServices } from '../services.ts'
import { withSession } from '../session.ts'
import type { OwnDatabase } from './own-database.ts'
import { asOwn } from './site-database.ts'

/** Work in Infisical's own database, as its role. @throws SealiftError DATABASE_*, SITE_INVALID, CLUSTER_*, and what the work throws */
export async function withOwnSession<T>(
  services: SiteServices,
  own: OwnDatabase,
  work: (session: DatabaseSession) => Promise<T>,
): Promise<T> {
  return await through(services, 'database', own.parts, endpoint =>
    withSession(services.database, asOwn(own, endpoint), work),
  )
}
