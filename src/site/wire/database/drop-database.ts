import type { Database, DatabaseLogin } from '../../../kernel/ports/index.ts'
import { withSession } from '../session.ts'
import { explained } from './database-rights.ts'
import { borrowRole, databaseOwner, ownComment, roleComment } from './roles.ts'
import type { DatabaseTarget } from './target-database.ts'

/**
 * Removes database and role, for `remove --purge` alone. What is not there, or is not Sealift's, is left.
 * @throws SealiftError DATABASE_DENIED, DATABASE_*
 */
export async function dropDatabase(
  database: Database,
  admin: DatabaseLogin,
  { name, user }: Pick<DatabaseTarget, 'name' | 'user'>,
): Promise<void> {
  await withSession(database, admin, session =>
    explained(admin, async () => {
      if ((await roleComment(session, user)) !== ownComment) return
      await borrowRole(session, user, async () => {
        if ((await databaseOwner(session, name))?.owner === user)
          await session.query(`DROP DATABASE ${session.identifier(name)} WITH (FORCE)`)
      })
      await session.query(`DROP ROLE ${session.identifier(user)}`)
    }),
  )
}
