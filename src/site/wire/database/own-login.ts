import { SealiftError, systemCode } from '../../../kernel/errors/index.ts'
import type { Database, DatabaseLogin, DatabaseSession } from '../../../kernel/ports/index.ts'
import { type DatabaseState, databaseState } from './database.ts'
import { databaseOwner } from './roles.ts'

/**
 * What comes of a login to a database: in; `absent`, there is no such database; `closed`, it lets this role not in;
 * `refused`, the password is wrong, or there is no such role, which PostgreSQL does not tell apart. All but the last
 * mean that the password is right.
 */
export type OwnLogin =
  | { readonly answer: 'in'; readonly owner: string; readonly state: DatabaseState }
  | { readonly answer: 'absent' | 'closed' | 'refused' }

/** Logs in and looks. @throws SealiftError DATABASE_* for what is none of these answers */
export async function tryOwnLogin(database: Database, login: DatabaseLogin): Promise<OwnLogin> {
  let session: DatabaseSession
  try {
    session = await database.open(login)
  } catch (error) {
    const answer = error instanceof SealiftError ? answers[systemCode(error.cause) ?? ''] : undefined
    if (answer === undefined) throw error
    return { answer }
  }
  try {
    const owner = (await databaseOwner(session, login.database))?.owner ?? ''
    return { answer: 'in', owner, state: await databaseState(session) }
  } finally {
    await session.close()
  }
}

/** By SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const answers: Readonly<Record<string, 'absent' | 'closed' | 'refused'>> = {
  '3D000': 'absent',
  42501: 'closed',
  '28P01': 'refused',
}
