import { SealiftError } from '../../../kernel/errors/index.ts'
import type { DatabaseSession } from '../../../kernel/ports/index.ts'
import { through } from '../reach.ts'
import type { SiteServices } from '../services.ts'
import { withSession } from '../session.ts'
import { keysComment, keysMarkIn } from './keys-comment.ts'
import type { OwnDatabase } from './own-database.ts'
import { databaseOwner } from './roles.ts'
import { asOwn } from './site-database.ts'

/**
 * Says in the database's own comment which keys it needs: where the cluster is lost and the database is not, nothing
 * else does. Somebody else's comment stays, and so does all of a database that is not the login's own to comment on.
 * Tells whether it wrote. @throws SealiftError DATABASE_*, CLUSTER_*
 */
export async function markDatabase(
  services: SiteServices,
  own: OwnDatabase,
  fingerprint: string,
): Promise<boolean> {
  return await through(services, 'database', own.parts, endpoint =>
    withSession(services.database, asOwn(own, endpoint), async session => {
      try {
        if (isMarked(await commentOf(session), fingerprint)) return false
        const database = session.identifier(own.parts.database)
        await session.query(`COMMENT ON DATABASE ${database} IS ${session.literal(keysComment(fingerprint))}`)
        return true
      } catch (error) {
        if (error instanceof SealiftError) throw error
        return false
      }
    }),
  )
}

/**
 * Whether {@link markDatabase} would write into a database that is there; `fingerprint` is undefined for keys that are not
 * made yet. Changes nothing. @throws SealiftError DATABASE_*, CLUSTER_*
 */
export async function wouldMark(
  services: SiteServices,
  own: OwnDatabase,
  fingerprint: string | undefined,
): Promise<boolean> {
  return await through(services, 'database', own.parts, endpoint =>
    withSession(services.database, asOwn(own, endpoint), async session => {
      const owner = (await databaseOwner(session, own.parts.database))?.owner
      return owner === own.parts.user && !isMarked(await commentOf(session), fingerprint)
    }),
  )
}

/** Whether a comment is left as it is: it says so already, or is somebody else's. */
function isMarked(comment: string, fingerprint: string | undefined): boolean {
  const mark = keysMarkIn(comment)
  return mark === undefined ? comment !== '' : mark === fingerprint
}

async function commentOf(session: DatabaseSession): Promise<string> {
  const [row] = await session.query(
    `SELECT coalesce(shobj_description(oid, 'pg_database'), '') AS mark FROM pg_database WHERE datname = current_database()`,
  )
  return String(row?.['mark'] ?? '')
}
