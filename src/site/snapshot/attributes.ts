import { messageOf, printable, SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { DatabaseSession } from '../../kernel/ports/index.ts'

/** Settings whose value is a list of names, each quoted by itself (GUC_LIST_QUOTE in PostgreSQL's source, as pg_dump has them). */
const lists = ['search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries']

const rights = ['CREATE', 'CONNECT', 'TEMPORARY']

/** A database whose attributes are carried over to another one, which has its name one day. */
export interface Carrying {
  readonly from: string
  readonly to: string
  /** The role that both belong to. */
  readonly owner: string
}

/**
 * Gives a copy of a database what PostgreSQL copies with none: who may do what, its owner included, settings of the database
 * and of roles in it, the limit of connections, whether it is a template. Gives what could not be carried over, in words,
 * with the statement that does it once the copy is served.
 */
export async function carryAttributes(
  session: DatabaseSession,
  { from, to, owner }: Carrying,
): Promise<string[]> {
  const lost: string[] = []
  const carry = async (what: string, sql: (database: string) => string, shown = sql) => {
    try {
      await session.query(sql(session.identifier(to)))
    } catch (error) {
      if (error instanceof SealiftError) throw error
      lost.push(printable(`${what} (${refusal(error)}): ${shown(session.identifier(from))}`, 400))
    }
  }
  const [row] = await session.query(
    `SELECT datconnlimit AS most, datacl IS NOT NULL AS granted, datistemplate AS template
       FROM pg_database WHERE datname = $1`,
    [from],
  )
  const most = Number(row?.['most'] ?? -1)
  if (most >= 0)
    await carry('its limit of connections', name => `ALTER DATABASE ${name} CONNECTION LIMIT ${most}`)
  if (row?.['granted'] === true)
    await carry(
      'what is no right of all, and of its owner',
      name => `REVOKE ALL ON DATABASE ${name} FROM PUBLIC, ${session.identifier(owner)}`,
    )
  for (const { grantee, right, grantable } of await session.query(grants, [from])) {
    const whom = grantee === null ? 'PUBLIC' : session.identifier(String(grantee))
    const option = grantable === true ? ' WITH GRANT OPTION' : ''
    // What PostgreSQL calls otherwise one day is no keyword that is passed on unread.
    if (rights.includes(String(right)))
      await carry(
        `right ${right} of ${whom}`,
        name => `GRANT ${right} ON DATABASE ${name} TO ${whom}${option}`,
      )
    else lost.push(printable(`right ${right} of ${whom}`))
  }
  for (const { role, name, value } of await session.query(settings, [from])) {
    const sql = (database: string, to: string) => {
      const words = `SET ${session.identifier(String(name))} TO ${to}`
      return role === null
        ? `ALTER DATABASE ${database} ${words}`
        : `ALTER ROLE ${session.identifier(String(role))} IN DATABASE ${database} ${words}`
    }
    const to = settingValue(String(name), String(value), session)
    // People keep passwords and keys in settings of their own.
    await carry(
      `setting ${name}`,
      database => sql(database, to),
      database => sql(database, '…'),
    )
  }
  if (row?.['template'] === true)
    await carry('that it is a template', name => `ALTER DATABASE ${name} IS_TEMPLATE true`)
  return lost
}

/** Why a statement was refused. What is no question of rights may say the value. */
function refusal(error: unknown): string {
  const code = systemCode(error)
  return code === '42501' ? messageOf(error) : `PostgreSQL refuses it, ${code ?? 'without a code'}`
}

// An owner's own rights can be taken from him as well; those that nobody has changed need no words.
const grants = `
  SELECT CASE WHEN acl.grantee = 0 THEN NULL ELSE pg_get_userbyid(acl.grantee) END AS grantee,
         acl.privilege_type AS right, acl.is_grantable AS grantable
    FROM pg_database d, aclexplode(d.datacl) acl
   WHERE d.datname = $1`

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
