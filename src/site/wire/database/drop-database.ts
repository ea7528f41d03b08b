import type { Database, DatabaseLogin } from '../../../kernel/ports/index.ts'
import { withSession } from '../session.ts'
import { explained } from './database-rights.ts'
import { borrowRole, databaseOwner, ownComment, roleComment } from './roles.ts'
import type { DatabaseTarget } from './target-database.ts'

/**
 * Removes database and role, for `remove --purge` alone. What is not there is fine. Gives why what is not Sealift's
 * stays; `undefined` when nothing does.
 * @throws SealiftError DATABASE_DENIED, DATABASE_*
 */
export async function dropDatabase(
  database: Database,
  admin: DatabaseLogin,
  { name, user }: Pick<DatabaseTarget, 'name' | 'user'>,
): Promise<string | undefined> {
  return await withSession(database, admin, session =>
    explained(admin, async () => {
      const comment = await roleComment(session, user)
      const owner = (await databaseOwner(session, name))?.owner
      if (comment === undefined) return owner && `the database belongs to ${owner}`
      if (comment !== ownComment)
        return `the role no longer bears the comment "${ownComment}", by which Sealift knows its own`
      await borrowRole(session, user, async () => {
        if (owner === user) await session.query(`DROP DATABASE ${session.identifier(name)} WITH (FORCE)`)
      })
      await session.query(`DROP ROLE ${session.identifier(user)}`)
      return owner === undefined || owner === user ? undefined : `the database belongs to ${owner}`
    }),
  )
}
