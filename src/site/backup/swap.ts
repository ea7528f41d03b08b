import { SealiftError } from '../../kernel/errors/index.ts'
import type { DatabaseSession } from '../../kernel/ports/index.ts'

/**
 * Gives one database the name of another, which is set aside under a third: both at once or neither.
 * @throws SealiftError DATABASE_UNFIT with a fault for each session that holds one of them
 */
export async function swapNames(
  session: DatabaseSession,
  { database, restored, aside, role }: Record<'database' | 'restored' | 'aside' | 'role', string>,
): Promise<void> {
  // Those of Infisical's own role are left of pods that are gone.
  await session.query(
    `SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
      WHERE datname IN ($1, $2) AND usename = $3 AND pid <> pg_backend_pid()`,
    [database, restored, role],
  )
  await refuseSessions(session, database)
  const [from, to, beside] = [database, restored, aside].map(name => session.identifier(name))
  await session.query('BEGIN')
  try {
    await session.query(`ALTER DATABASE ${from} RENAME TO ${beside}`)
    await session.query(`ALTER DATABASE ${to} RENAME TO ${from}`)
    await session.query('COMMIT')
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {})
    await refuseSessions(session, database)
    throw error
  }
}

async function refuseSessions(session: DatabaseSession, database: string): Promise<void> {
  const found = await session.query(
    `SELECT pid, usename, application_name AS program, coalesce(host(client_addr), 'local') AS address
       FROM pg_catalog.pg_stat_activity
      WHERE datname = $1 AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
    [database],
  )
  if (found.length === 0) return
  throw new SealiftError(
    'DATABASE_UNFIT',
    `others are connected to database ${database}, which has to be renamed`,
    {
      faults: found.map(
        ({ pid, usename, program, address }) =>
          `session ${pid} of ${usename} from ${address}${program ? `: ${program}` : ''}`,
      ),
      hints: ['end them, and run it again; the database is as it was'],
    },
  )
}

/** Gives a database what lies on another itself and not in it: comment, limit of connections, settings, rights. */
export async function carryOver(session: DatabaseSession, from: string, to: string): Promise<void> {
  const [row] = await session.query(
    `SELECT shobj_description(oid, 'pg_database') AS comment, datconnlimit AS most FROM pg_catalog.pg_database WHERE datname = $1`,
    [from],
  )
  const name = session.identifier(to)
  const { comment, most } = row ?? {}
  if (typeof comment === 'string')
    await session.query(`COMMENT ON DATABASE ${name} IS ${session.literal(comment)}`)
  if (Number(most) >= 0) await session.query(`ALTER DATABASE ${name} CONNECTION LIMIT ${Number(most)}`)
  // None are those that every database begins with: everybody may connect, and make temporary tables.
  const rights = await session.query(
    `SELECT a.grantee::regrole::text AS role, a.grantee = 0 AS everybody, a.privilege_type AS right, a.is_grantable AS on
       FROM pg_catalog.pg_database d, aclexplode(d.datacl) a WHERE d.datname = $1 AND a.grantee <> d.datdba`,
    [from],
  )
  const [own] = await session.query(
    'SELECT datacl IS NOT NULL AS set FROM pg_catalog.pg_database WHERE datname = $1',
    [from],
  )
  if (own?.['set'] === true) await session.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`)
  for (const { role, everybody, right, on } of rights)
    await session.query(
      `GRANT ${right} ON DATABASE ${name} TO ${everybody === true ? 'PUBLIC' : role}${on === true ? ' WITH GRANT OPTION' : ''}`,
    )
}
