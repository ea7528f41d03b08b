import { messageOf, SealiftError, systemCode } from '../errors/index.ts'
import type { Database, DatabaseLogin, DatabaseSession, Random, Secret } from '../ports/index.ts'
import { type DatabaseState, databaseState, refuseEncoding } from './database.ts'
import { borrowRole, databaseOwner, mayCreate, roleComment } from './roles.ts'
import { scramVerifier } from './scram.ts'

/** The role and the database of its own that Infisical gets. */
export interface DatabaseTarget {
  readonly name: string
  readonly user: string
  readonly password: Secret
}

/** What `prepareDatabase` did: nothing, when everything was there. */
export interface Prepared {
  readonly role: 'created' | 'changed' | 'unchanged'
  readonly database: 'created' | 'unchanged'
}

const ours = 'Made by Sealift for Infisical'

/**
 * Makes the role and the database, as often as wanted; drops nothing. The password goes in as a verifier
 * (see {@link scramVerifier}). Ends by logging in as the role.
 * @throws SealiftError FOREIGN_INSTALL when role or database are somebody else's, DATABASE_DENIED without the
 * rights, DATABASE_UNFIT when the server cannot make it, DATABASE_* from the logins
 */
export async function prepareDatabase(
  database: Database,
  admin: DatabaseLogin,
  target: DatabaseTarget,
  random: Random,
): Promise<Prepared> {
  const session = await database.open(admin)
  try {
    const there = await refuseForeign(session, target)
    const role = await explained(admin, () =>
      ensureRole(database, session, admin, target, random, there.role),
    )
    const made = await explained(admin, () => ensureDatabase(session, target, there.database))
    const own = await database.open(asTarget(admin, target))
    await own.close()
    return { role, database: made }
  } finally {
    await session.close()
  }
}

/**
 * Removes database and role, for `remove --purge` alone. What is not there, or is not Sealift's, is left.
 * @throws SealiftError DATABASE_DENIED, DATABASE_*
 */
export async function dropDatabase(
  database: Database,
  admin: DatabaseLogin,
  target: Pick<DatabaseTarget, 'name' | 'user'>,
): Promise<void> {
  const session = await database.open(admin)
  try {
    await explained(admin, async () => {
      if ((await roleComment(session, target.user)) !== ours) return
      await borrowRole(session, target.user, async () => {
        if ((await databaseOwner(session, target.name))?.owner === target.user)
          await session.query(`DROP DATABASE ${session.identifier(target.name)} WITH (FORCE)`)
      })
      await session.query(`DROP ROLE ${session.identifier(target.user)}`)
    })
  } finally {
    await session.close()
  }
}

/**
 * What is in the target database, seen by the administrator; `undefined` when there is no such database yet.
 * Changes nothing, and fails where {@link prepareDatabase} would.
 * @throws SealiftError FOREIGN_INSTALL, DATABASE_DENIED, DATABASE_* from the logins
 */
export async function targetState(
  database: Database,
  admin: DatabaseLogin,
  target: Pick<DatabaseTarget, 'name' | 'user'>,
): Promise<DatabaseState | undefined> {
  const session = await database.open(admin)
  try {
    const there = await refuseForeign(session, target)
    if (!(there.role && there.database) && !(await mayCreate(session)))
      throw denied(admin, 'it lacks CREATEROLE or CREATEDB')
    if (!there.database) return undefined
  } finally {
    await session.close()
  }
  const inside = await database.open({ ...admin, database: target.name })
  try {
    return await databaseState(inside)
  } finally {
    await inside.close()
  }
}

/** Whether role and database are there already. @throws SealiftError FOREIGN_INSTALL when they are not Sealift's */
async function refuseForeign(
  session: DatabaseSession,
  { name, user }: Pick<DatabaseTarget, 'name' | 'user'>,
): Promise<{ role: boolean; database: boolean }> {
  const comment = await roleComment(session, user)
  if (comment !== undefined && comment !== ours)
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

async function ensureRole(
  database: Database,
  session: DatabaseSession,
  admin: DatabaseLogin,
  target: DatabaseTarget,
  random: Random,
  exists: boolean,
): Promise<Prepared['role']> {
  const { user, password } = target
  const role = session.identifier(user)
  if (exists && (await canLogIn(database, admin, target))) return 'unchanged'
  const options = `LOGIN PASSWORD ${session.literal(scramVerifier(password, random))}`
  if (exists) {
    await session.query(`ALTER ROLE ${role} ${options}`)
    return 'changed'
  }
  // Both or neither: a role without the comment would be a stranger's at the next run.
  await session.query('BEGIN')
  try {
    await session.query(`CREATE ROLE ${role} ${options}`)
    await session.query(`COMMENT ON ROLE ${role} IS ${session.literal(ours)}`)
    await session.query('COMMIT')
  } catch (error) {
    await session.query('ROLLBACK')
    throw error
  }
  return 'created'
}

async function ensureDatabase(
  session: DatabaseSession,
  { name, user }: DatabaseTarget,
  exists: boolean,
): Promise<Prepared['database']> {
  const database = session.identifier(name)
  await borrowRole(session, user, async () => {
    if (!exists)
      await session.query(
        `CREATE DATABASE ${database} OWNER ${session.identifier(user)} ENCODING 'UTF8' TEMPLATE template0`,
      )
    await session.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`)
  })
  return exists ? 'unchanged' : 'created'
}

async function canLogIn(database: Database, admin: DatabaseLogin, target: DatabaseTarget): Promise<boolean> {
  try {
    const session = await database.open(asTarget(admin, target))
    await session.close()
    return true
  } catch {
    return false
  }
}

function asTarget(admin: DatabaseLogin, { user, password, name }: DatabaseTarget): DatabaseLogin {
  return { ...admin, user, password, database: name }
}

async function explained<T>(admin: DatabaseLogin, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof SealiftError) throw error
    const said = messageOf(error)
    if (systemCode(error) === '42501') throw denied(admin, said, error)
    throw new SealiftError('DATABASE_UNFIT', `PostgreSQL cannot make role and database: ${said}`, {
      cause: error,
    })
  }
}

function denied(admin: DatabaseLogin, reason: string, cause?: unknown): SealiftError {
  return new SealiftError('DATABASE_DENIED', `${admin.user} may not make role and database: ${reason}`, {
    cause,
    hints: ['database.admin needs CREATEROLE and CREATEDB, or use database.uri.'],
  })
}
