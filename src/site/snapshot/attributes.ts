import { messageOf, printable, SealiftError } from '../../kernel/errors/index.ts'
import type { DatabaseSession } from '../../kernel/ports/index.ts'

/** Settings whose value is a list of names, each quoted by itself (GUC_LIST_QUOTE in PostgreSQL's source, as pg_dump has them). */
const lists = ['search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries']

const rights = ['CREATE', 'CONNECT', 'TEMPORARY']

/**
 * Gives a copy of a database what PostgreSQL copies with none: who may connect, settings of the database and of roles in it,
 * the limit of connections. Gives what could not be carried over, in words.
 */
export async function carryAttributes(session: DatabaseSession, from: string, to: string): Promise<string[]> {
  const copy = session.identifier(to)
  const lost: string[] = []
  const carry = async (what: string, sql: string) => {
    try {
      await session.query(sql)
    } catch (error) {
      if (error instanceof SealiftError) throw error
      lost.push(printable(`${what}: ${messageOf(error)}`))
    }
  }
  const [row] = await session.query(
    'SELECT datconnlimit AS most, datacl IS NOT NULL AS granted FROM pg_database WHERE datname = $1',
    [from],
  )
  const most = Number(row?.['most'] ?? -1)
  if (most >= 0) await carry('its limit of connections', `ALTER DATABASE ${copy} CONNECTION LIMIT ${most}`)
  if (row?.['granted'] === true) await carry('rights of all', `REVOKE ALL ON DATABASE ${copy} FROM PUBLIC`)
  for (const { grantee, right, grantable } of await session.query(grants, [from])) {
    const whom = grantee === null ? 'PUBLIC' : session.identifier(String(grantee))
    const option = grantable === true ? ' WITH GRANT OPTION' : ''
    // What PostgreSQL calls otherwise one day is no keyword that is passed on unread.
    if (rights.includes(String(right)))
      await carry(`${right} of ${whom}`, `GRANT ${right} ON DATABASE ${copy} TO ${whom}${option}`)
    else lost.push(printable(`right ${right} of ${whom}`))
  }
  for (const { role, name, value } of await session.query(settings, [from])) {
    const words = `SET ${session.identifier(String(name))} TO ${settingValue(String(name), String(value), session)}`
    const sql =
      role === null
        ? `ALTER DATABASE ${copy} ${words}`
        : `ALTER ROLE ${session.identifier(String(role))} IN DATABASE ${copy} ${words}`
    await carry(`setting ${name}`, sql)
  }
  return lost
}

const grants = `
  SELECT CASE WHEN acl.grantee = 0 THEN NULL ELSE pg_get_userbyid(acl.grantee) END AS grantee,
         acl.privilege_type AS right, acl.is_grantable AS grantable
    FROM pg_database d, aclexplode(d.datacl) acl
   WHERE d.datname = $1 AND acl.grantee <> d.datdba`

const settings = `
  SELECT r.rolname AS role, split_part(entry, '=', 1) AS name, substr(entry, strpos(entry, '=') + 1) AS value
    FROM pg_db_role_setting s
    JOIN pg_database d ON d.oid = s.setdatabase
    LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) entry
   WHERE d.datname = $1`

function settingValue(name: string, value: string, session: DatabaseSession): string {
  if (!lists.includes(name)) return session.literal(value)
  const names = [...value.matchAll(/"((?:[^"]|"")*)"|([^,\s"]+)/g)]
  const texts = names.map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain)
  return texts.length === 0 ? "''" : texts.map(text => session.literal(text)).join(', ')
}
