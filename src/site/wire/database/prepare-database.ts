import type { Database, DatabaseLogin, DatabaseSession, Random } from '../../../kernel/ports/index.ts'
import { scramVerifier } from '../../../kernel/services/index.ts'
import { withSession } from '../session.ts'
import { explained } from './database-rights.ts'
import { borrowRole, ownComment } from './roles.ts'
import { type DatabaseTarget, refuseForeign } from './target-database.ts'

/** What `prepareDatabase` did: nothing, when everything was there. */
export interface Prepared {
  readonly role: 'created' | 'changed' | 'unchanged'
  readonly database: 'created' | 'unchanged'
}

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
  return await withSession(database, admin, async session => {
    const there = await refuseForeign(session, target)
    const role = await explained(admin, () =>
      ensureRole(database, session, admin, target, random, there.role),
    )
    const made = await explained(admin, () => ensureDatabase(session, target, there.database))
    await logIn(database, admin, target)
    return { role, database: made }
  })
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
    await session.query(`COMMENT ON ROLE ${role} IS ${session.literal(ownComment)}`)
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
    await logIn(database, admin, target)
    return true
  } catch {
    return false
  }
}

async function logIn(
  database: Database,
  admin: DatabaseLogin,
  { user, password, name }: DatabaseTarget,
): Promise<void> {
  await withSession(database, { ...admin, user, password, database: name }, async () => {})
}
