import { messageOf, printable, SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { Database, DatabaseLogin, DatabaseSession, Random, Secret } from '../../kernel/ports/index.ts'
import { ownComment, scramVerifier, withSession } from '../../kernel/services/index.ts'
import { refusal } from './refusal.ts'

/** Where the role logs in: everything of a login but who. */
export type At = Omit<DatabaseLogin, 'user' | 'password'>

/** Whether PostgreSQL lets a role in with a password, or says that this is not its password. @throws SealiftError DATABASE_* */
export async function letsIn(database: Database, at: At, user: string, password: Secret): Promise<boolean> {
  try {
    await withSession(database, { ...at, user, password }, async () => {})
    return true
  } catch (error) {
    if (error instanceof SealiftError && isPasswordRefused(error.cause)) return false
    throw error
  }
}

/**
 * SQLSTATE invalid_password; PostgreSQL says the same of a role that is not there. PgBouncer has one code for all that
 * it says itself (seen of 1.18: 08P01, SASL authentication failed).
 */
function isPasswordRefused(error: unknown): boolean {
  const code = systemCode(error)
  return code === '28P01' || (code === '08P01' && /\bauth(entication)? failed\b/.test(messageOf(error)))
}

/** Whoever changes the role: an administrator, or the role itself. */
export interface Changer {
  readonly user: string
  readonly password: Secret
}

/**
 * Refuses roles that are more than an application's login. @throws SealiftError TENANCY_UNMET, DATABASE_*
 */
export async function refuseMore(database: Database, at: At, changer: Changer, role: string): Promise<void> {
  const [row] = await withSession(database, { ...at, ...changer }, session =>
    session.query(
      `SELECT rolsuper, rolreplication, rolcanlogin,
              coalesce(shobj_description(oid, 'pg_authid'), '') AS comment
         FROM pg_roles WHERE rolname = $1`,
      [role],
    ),
  )
  const shown = `role ${printable(role)}`
  if (row === undefined) throw refusal(`PostgreSQL has no ${shown}`)
  if (row['comment'] === ownComment)
    throw refusal(`${shown} is Infisical's own`, 'sealift rotate database gives it another password')
  if (row['rolsuper'] === true)
    throw refusal(`${shown} is a superuser`, 'give the application a role of its own')
  if (row['rolreplication'] === true)
    throw refusal(
      `${shown} may copy the whole server (REPLICATION)`,
      'give the application a role of its own',
    )
  if (row['rolcanlogin'] !== true) throw refusal(`${shown} may not log in (NOLOGIN)`)
}

/** A password that a role gets. */
export interface Given {
  readonly role: string
  readonly password: Secret
  /** The one that it has, where that is in use and known: it gets it back where it is not let in with the other. */
  readonly before?: Secret | undefined
}

/**
 * Sets the role's password. What PostgreSQL is sent, and may log, is a verifier.
 * @throws SealiftError DATABASE_DENIED where the changer may not, PROOF_FAILED where the earlier one was put back
 */
export async function setPassword(
  database: Database,
  at: At,
  changer: Changer,
  { role, password, before }: Given,
  random: Random,
): Promise<void> {
  await withSession(database, { ...at, ...changer }, async session => {
    // A role may change its own password whatever else it may not.
    const whose = changer.user === role ? 'CURRENT_USER' : session.identifier(role)
    await permitted(changer, () => alter(session, whose, password, random))
    // Once this session ends, a role that is not let in with the new one could not change it again.
    if (before === undefined || !isAscii(before) || !(await isRefused(database, at, role, password))) return
    await alter(session, whose, before, random)
    throw new SealiftError('PROOF_FAILED', `role ${printable(role)} is not let in with a new password`, {
      hints: [
        'It has its earlier one again: see what is before PostgreSQL, such as a pooler with passwords of its own (auth_file of PgBouncer).',
      ],
    })
  })
}

// A verifier of other texts is made of what SASLprep makes of them.
const isAscii = (text: Secret) => /^[\x20-\x7e]+$/.test(text.reveal())

/** Whether it is certain that a password is refused: a server that is not reached, or has no place free, says nothing. */
async function isRefused(database: Database, at: At, role: string, password: Secret): Promise<boolean> {
  try {
    return !(await letsIn(database, at, role, password))
  } catch {
    return false
  }
}

async function alter(
  session: DatabaseSession,
  whose: string,
  password: Secret,
  random: Random,
): Promise<void> {
  await session.query(`ALTER ROLE ${whose} PASSWORD ${session.literal(scramVerifier(password, random))}`)
}

async function permitted<T>({ user }: Changer, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // SQLSTATE insufficient_privilege
    if (systemCode(error) !== '42501' || error instanceof SealiftError) throw error
    throw new SealiftError(
      'DATABASE_DENIED',
      `PostgreSQL does not let ${printable(user)} change this password`,
      {
        cause: error,
        hints: ['from PostgreSQL 16 on, an administrator without SUPERUSER needs ADMIN OPTION on the role'],
      },
    )
  }
}
