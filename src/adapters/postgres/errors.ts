import { messageOf, printable, SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { DatabaseLogin } from '../../kernel/ports/index.ts'

// SQLSTATE codes of https://www.postgresql.org/docs/current/errcodes-appendix.html
const denied = new Set(['28P01', '28000', '42501'])

/** What a failed connection means, for the person who wrote the site file. The password is not in it. */
export function connectError(error: unknown, login: DatabaseLogin): SealiftError {
  const code = systemCode(error)
  const said = printable(messageOf(error).replaceAll(login.password.reveal() || '\0', '[secret]'))
  // A forwarded port says nothing to anybody.
  const where = login.serverName ?? `${login.host}:${login.port}`
  const who = printable(login.user)
  if (code !== undefined && denied.has(code))
    return new SealiftError('DATABASE_DENIED', `PostgreSQL at ${where} refused user ${who}: ${said}`, {
      cause: error,
      hints: [
        said.includes('no encryption')
          ? 'The server wants TLS: set database.tls to require or verify-full.'
          : 'Check user and password in the Secret that the site file names, and pg_hba.conf.',
      ],
    })
  if (code === '3D000')
    return new SealiftError('DATABASE_UNFIT', `PostgreSQL at ${where} has no such database: ${said}`, {
      cause: error,
      hints: ['Create the database, or name an administrator under database.admin.'],
    })
  if (code === '53300')
    return new SealiftError('DATABASE_UNFIT', `PostgreSQL at ${where} has no free connection: ${said}`, {
      cause: error,
      hints: ['Raise max_connections.'],
    })
  return new SealiftError('DATABASE_UNREACHABLE', `cannot reach PostgreSQL at ${where}: ${said}`, {
    cause: error,
    hints: [hint(said, code)],
  })
}

function hint(said: string, code: string | undefined): string {
  if (said.includes('does not support SSL'))
    return 'This server has no TLS. If that is meant to be so, set database.tls to disable.'
  if (code?.startsWith('ERR_TLS') || code?.includes('CERT') || code?.includes('SIGNATURE'))
    return 'The certificate is not trusted: check database.ca and database.host.'
  return 'Check database.host and database.port, and that the server is running.'
}
