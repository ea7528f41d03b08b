import { printable } from '../../kernel/errors/index.ts'
import type { DatabaseSession } from '../../kernel/ports/index.ts'

/** Something in a database that a migration would fail at, wait for, or pass over in silence. */
export interface SchemaTrouble {
  readonly what: 'lock' | 'invalid-index' | 'running-statement'
  /** What it is of: the index, the process; the table of a lock. */
  readonly name: string
  readonly fault: string
  readonly hint: string
}

/** Seconds that a transaction of a server at work never takes. */
const long = 10

/**
 * What interrupted migrations have left in the session's database: statements that the server goes on with for a process
 * that is gone, a lock that nobody holds, indexes that were not built to the end. Sees the sessions that the session's
 * role may look at. @throws SealiftError DATABASE_UNREACHABLE
 */
export async function schemaTroubles(session: DatabaseSession): Promise<readonly SchemaTrouble[]> {
  const running = await runningStatements(session)
  const locked = running.length === 0 && (await isLocked(session))
  const lock: SchemaTrouble = {
    what: 'lock',
    name: 'infisical_migrations_lock',
    fault: 'a migration that was killed has left its lock (infisical_migrations_lock), and nobody is at work',
    hint: 'See that no pod of Infisical runs a migration, then: UPDATE infisical_migrations_lock SET is_locked = 0',
  }
  return [...running, ...(locked ? [lock] : []), ...(await invalidIndexes(session))]
}

/** Of those that hold or wait for a lock that changes a table's shape, and of all that have been at it for long. */
async function runningStatements(session: DatabaseSession): Promise<SchemaTrouble[]> {
  const rows = await session.query(
    `SELECT a.pid, a.usename AS "user", a.application_name AS program, a.state,
            extract(epoch FROM clock_timestamp() - a.xact_start)::int AS seconds
       FROM pg_stat_activity a
      WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.usesysid IS NOT NULL
        AND a.leader_pid IS NULL AND a.xact_start IS NOT NULL
        AND (a.xact_start < clock_timestamp() - make_interval(secs => $1)
             OR EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                         WHERE l.pid = a.pid AND d.datname = current_database() AND l.locktype = 'relation'
                           AND l.relation >= 16384
                           AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock',
                                          'ExclusiveLock', 'AccessExclusiveLock')))
      ORDER BY a.xact_start`,
    [long],
  )
  return rows.map(({ pid, user, program, state, seconds }) => {
    const who = `${printable(String(program || 'a program without a name'), 64)}, as ${printable(String(user), 64)}`
    const does = state === 'active' ? 'a statement running' : 'a transaction open'
    return {
      what: 'running-statement',
      name: String(Number(pid)),
      fault: `${who}, has ${does} in the database for ${Number(seconds)} s: the server goes on with it even when its program is gone, and a migration waits for it`,
      hint: `Wait for it, or end it: SELECT pg_terminate_backend(${Number(pid)})`,
    }
  })
}

async function isLocked(session: DatabaseSession): Promise<boolean> {
  const [column] = await session.query(
    `SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('infisical_migrations_lock')
                       AND attname = 'is_locked' AND atttypid = 'int4'::regtype AND NOT attisdropped) AS there`,
  )
  if (column?.['there'] !== true) return false
  const [row] = await session.query(
    'SELECT EXISTS (SELECT FROM infisical_migrations_lock WHERE is_locked = 1) AS locked',
  )
  return row?.['locked'] === true
}

/** An index that was not built to the end. */
interface UnfinishedIndex {
  readonly name: string
  readonly table: string
  /** With its schema, as it stands in a statement. */
  readonly quoted: string
}

/**
 * The indexes of the session's database that were not built to the end. One that is being built now is none, nor is a partitioned table's, which waits for its partitions'. What REINDEX
 * CONCURRENTLY leaves ends in `_ccnew` or `_ccold`, with a number at times
 * (https://www.postgresql.org/docs/current/sql-reindex.html).
 */
export async function unfinishedIndexes(session: DatabaseSession): Promise<UnfinishedIndex[]> {
  const rows = await session.query(
    `SELECT n.nspname AS schema, c.relname AS name, t.relname AS "table"
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_class t ON t.oid = i.indrelid
      WHERE NOT i.indisvalid AND c.relkind = 'i' AND n.nspname !~ '^pg_'
        AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
      ORDER BY 1, 2`,
  )
  return rows.map(row => {
    const [schema, name, table] = [String(row['schema']), String(row['name']), String(row['table'])]
    return { name, table, quoted: `${session.identifier(schema)}.${session.identifier(name)}` }
  })
}

async function invalidIndexes(session: DatabaseSession): Promise<SchemaTrouble[]> {
  return (await unfinishedIndexes(session)).map(({ name, table, quoted }) => {
    const left = /_cc(?:new|old)\d*$/.test(name)
    return {
      what: 'invalid-index',
      name,
      fault: `index ${printable(name)} of table ${printable(table)} was not built to the end: no query uses it, a migration with IF NOT EXISTS passes over it, and a dump leaves it out`,
      hint: `Run: ${left ? 'DROP INDEX CONCURRENTLY' : 'REINDEX INDEX CONCURRENTLY'} ${printable(quoted)}`,
    }
  })
}
