import type { DatabaseSession } from '../../../kernel/ports/index.ts'

export { ownComment } from '../../../kernel/services/index.ts'

/** Runs `work` as a member of the role: an administrator who is no superuser must be one to give things to it. */
export async function borrowRole<T>(
  session: DatabaseSession,
  user: string,
  work: () => Promise<T>,
): Promise<T> {
  const role = session.identifier(user)
  const [row] = await session.query(`SELECT pg_has_role(current_user, $1, 'USAGE') AS member`, [user])
  if (row?.['member'] === true) return await work()
  await session.query(`GRANT ${role} TO CURRENT_USER`)
  try {
    return await work()
  } finally {
    await session.query(`REVOKE ${role} FROM CURRENT_USER`)
  }
}

/** The role's comment, empty when it has none; `undefined` when there is no such role. */
export async function roleComment(session: DatabaseSession, user: string): Promise<string | undefined> {
  const [row] = await session.query(
    `SELECT coalesce(shobj_description(oid, 'pg_authid'), '') AS comment FROM pg_roles WHERE rolname = $1`,
    [user],
  )
  return row === undefined ? undefined : String(row['comment'])
}

/** A database's owner and encoding, if there is such a database. */
export async function databaseOwner(
  session: DatabaseSession,
  name: string,
): Promise<{ owner: string; encoding: string } | undefined> {
  const [row] = await session.query(
    `SELECT pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding
       FROM pg_database WHERE datname = $1`,
    [name],
  )
  return row === undefined ? undefined : { owner: String(row['owner']), encoding: String(row['encoding']) }
}

/** Whether the session's own role may make roles and databases. */
export async function mayCreate(session: DatabaseSession): Promise<boolean> {
  const [row] = await session.query(
    'SELECT rolsuper OR (rolcreaterole AND rolcreatedb) AS may FROM pg_roles WHERE rolname = current_user',
  )
  return row?.['may'] === true
}
