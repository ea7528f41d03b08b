import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Database, DatabaseLogin, DatabaseSession, Secret } from '../../../kernel/ports/index.ts'
import { withSession } from '../session.ts'
import { type DatabaseState, databaseState, refuseEncoding } from './database.ts'
import { denied } from './database-rights.ts'
import { databaseOwner, mayCreate, ownComment, roleComment } from './roles.ts'

/** The role and the database of its own that Infisical gets. */
export interface DatabaseTarget {
  readonly name: string
  readonly user: string
  readonly password: Secret
}

/** Whether the role is there, and what is in the database, if it is there. */
export interface TargetState {
  readonly role: boolean
  readonly state?: DatabaseState
}

/**
 * What there is of the target, seen by the administrator. Changes nothing, and fails where `prepareDatabase` would.
 * @throws SealiftError FOREIGN_INSTALL, DATABASE_DENIED, DATABASE_* from the logins
 */
export async function targetState(
  database: Database,
  admin: DatabaseLogin,
  target: Pick<DatabaseTarget, 'name' | 'user'>,
): Promise<TargetState> {
  const { role, database: there } = await withSession(database, admin, async session => {
    const found = await refuseForeign(session, target)
    if (!(found.role && found.database) && !(await mayCreate(session)))
      throw denied(admin, 'it lacks CREATEROLE or CREATEDB')
    return found
  })
  if (!there) return { role }
  return { role, state: await withSession(database, { ...admin, database: target.name }, databaseState) }
}

/** Whether role and database are there already. @throws SealiftError FOREIGN_INSTALL when they are not Sealift's */
export async function refuseForeign(
  session: DatabaseSession,
  { name, user }: Pick<DatabaseTarget, 'name' | 'user'>,
): Promise<{ role: boolean; database: boolean }> {
  const comment = await roleComment(session, user)
  if (comment !== undefined && comment !== ownComment)
    throw new SealiftError(
      'FOREIGN_INSTALL',
      `role ${user} is in PostgreSQL already, and Sealift did not make it`,
      {
        hints: ['Give database.user another name, or point database.uri at a database that is ready.'],
      },
    )
  const found = await databaseOwner(session, name)
  if (found !== undefined && found.owner !== user)
    throw new SealiftError(
      'FOREIGN_INSTALL',
      `database ${name} is there already and belongs to ${found.owner}`,
      {
        hints: ['Give database.name another name, or point database.uri at a database that is ready.'],
      },
    )
  if (found !== undefined) refuseEncoding(found.encoding, name)
  return { role: comment !== undefined, database: found !== undefined }
}
