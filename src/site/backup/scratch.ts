import { messageOf, printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Database, DatabaseLogin, DatabaseSession } from '../../kernel/ports/index.ts'
import { withSession } from '../../kernel/services/index.ts'
import { besideName } from '../snapshot/index.ts'
import type { RealPlace } from '../wire/index.ts'

/** Who may make databases at a server: Infisical's own role, or the administrator. */
export interface Maker {
  /** In database `postgres`. */
  readonly login: DatabaseLogin
  readonly role: string
}

/**
 * @throws SealiftError BACKUP_FAILED where neither Infisical's role nor an administrator of the site file may make databases
 */
export async function makerAt(database: Database, place: RealPlace): Promise<Maker> {
  const { login } = place
  const role = login.user
  const may = await withSession(database, login, async session => {
    const [row] = await session.query(
      'SELECT rolsuper OR rolcreatedb AS may FROM pg_catalog.pg_roles WHERE rolname = current_user',
    )
    return row?.['may'] === true
  })
  if (may) return { login: { ...login, database: 'postgres' }, role }
  const admin = await place.admin()
  if (admin !== undefined) return { login: admin, role }
  throw new SealiftError(
    'BACKUP_FAILED',
    `a restore needs a database beside the one that there is, and role ${role} may not make one`,
    { hints: [`give it the right (ALTER ROLE … CREATEDB), or name an administrator under database.admin`] },
  )
}

/** Does work as the maker, who is a member of Infisical's role for as long as that takes. */
export async function asMaker<T>(
  database: Database,
  { login, role }: Maker,
  work: (session: DatabaseSession) => Promise<T>,
): Promise<T> {
  return await withSession(database, login, async session => {
    try {
      await session.query('SET statement_timeout = 0')
      const [row] = await session.query(`SELECT pg_has_role(current_user, $1, 'USAGE') AS member`, [role])
      if (row?.['member'] === true) return await work(session)
      await session.query(`GRANT ${session.identifier(role)} TO CURRENT_USER`)
      try {
        return await work(session)
      } finally {
        await session.query(`REVOKE ${session.identifier(role)} FROM CURRENT_USER`)
      }
    } catch (error) {
      if (error instanceof SealiftError) throw error
      throw new SealiftError(
        'BACKUP_FAILED',
        printable(`PostgreSQL refused ${login.user}: ${messageOf(error)}`),
        {
          cause: error,
        },
      )
    }
  })
}

/** Makes an empty database beside another, with its encoding and locale. `like` is that one. */
export async function makeBeside(
  session: DatabaseSession,
  name: string,
  like: string,
  role: string,
): Promise<void> {
  const [row = {}] = await session.query(
    `SELECT to_jsonb(d) AS d, pg_encoding_to_char(encoding) AS encoding FROM pg_catalog.pg_database d WHERE datname = $1`,
    [like],
  )
  // Columns of ICU have other names in other versions: https://www.postgresql.org/docs/current/catalog-pg-database.html
  const { datcollate, datctype, datlocprovider, datlocale, daticulocale } = (row['d'] ?? {}) as Record<
    string,
    unknown
  >
  const icu = datlocale ?? daticulocale
  const words = [
    `OWNER ${session.identifier(role)} TEMPLATE template0`,
    `ENCODING ${session.literal(String(row['encoding'] ?? 'UTF8'))}`,
    ...(typeof datcollate === 'string' ? [`LC_COLLATE ${session.literal(datcollate)}`] : []),
    ...(typeof datctype === 'string' ? [`LC_CTYPE ${session.literal(datctype)}`] : []),
    ...(datlocprovider === 'i' && typeof icu === 'string'
      ? [`LOCALE_PROVIDER icu ICU_LOCALE ${session.literal(icu)}`]
      : []),
  ]
  await session.query(`CREATE DATABASE ${session.identifier(name)} ${words.join(' ')}`)
}

/** Drops databases that killed runs have left beside one: those whose names nobody but Sealift gives. */
export async function dropLeft(
  session: DatabaseSession,
  database: string,
  mark: string,
  role: string,
): Promise<void> {
  const found = await session.query(
    'SELECT datname AS name FROM pg_catalog.pg_database WHERE pg_get_userbyid(datdba) = $1',
    [role],
  )
  for (const { name } of found) {
    const [, id] = /_([0-9a-f]{8})$/.exec(String(name)) ?? []
    if (id !== undefined && name === besideName(database, `${mark}${id}`)) await drop(session, String(name))
  }
}

/** Drops a database of ours that nobody else knows. */
export async function drop(session: DatabaseSession, name: string): Promise<void> {
  await session.query(`DROP DATABASE IF EXISTS ${session.identifier(name)} WITH (FORCE)`)
}
