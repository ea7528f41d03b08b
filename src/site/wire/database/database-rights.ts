import { messageOf, printable, SealiftError, systemCode } from '../../../kernel/errors/index.ts'
import type { DatabaseLogin } from '../../../kernel/ports/index.ts'

/** Runs an administrator's statements; what PostgreSQL says of one comes as an error with what to do. */
export async function explained<T>(admin: DatabaseLogin, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof SealiftError) throw error
    const said = printable(messageOf(error))
    if (systemCode(error) === '42501') throw denied(admin, said, error)
    throw new SealiftError('DATABASE_UNFIT', `PostgreSQL cannot make role and database: ${said}`, {
      cause: error,
    })
  }
}

/** The error of an administrator without the rights that it takes. */
export function denied(admin: DatabaseLogin, reason: string, cause?: unknown): SealiftError {
  return new SealiftError('DATABASE_DENIED', `${admin.user} may not make role and database: ${reason}`, {
    cause,
    hints: ['database.admin needs CREATEROLE and CREATEDB, or use database.uri.'],
  })
}
