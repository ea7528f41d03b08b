import { SealiftError } from '../../../kernel/errors/index.ts'
import type { DatabaseSession } from '../../../kernel/ports/index.ts'
import { keysMarkIn } from './keys-comment.ts'

/** What a PostgreSQL server is like. Connections are numbers of them. */
export interface DatabaseFacts {
  readonly version: string
  readonly encoding: string
  readonly maxConnections: number
  /** Those that an ordinary role may still open, with the ones of the named database counted as free. */
  readonly freeConnections: number
  /** Its time, in milliseconds since 1970. */
  readonly now?: number
}

/** What is in a database. */
export interface DatabaseState {
  /** Infisical's own tables are there. */
  readonly infisical: boolean
  /** How many tables there are outside the system's schemas. */
  readonly tables: number
  /** Fingerprint of the keys that it was made with, where its comment says so. */
  readonly keysMark?: string
}

const oldest = 140_000
// knex's pool in the server: 10 connections at most (reference: upstream E.9).
const pool = 10

/** Connections that an installation may open: pods, times two while a rollout runs both, times their pool. */
export function databaseConnections(replicas: number): number {
  return replicas * pool * 2
}

/**
 * What a server is like; `database` is Infisical's own, whose connections do not count as used.
 * `number` is its version as PostgreSQL counts, 150018 for 15.18.
 */
export async function serverFacts(
  session: DatabaseSession,
  database: string,
): Promise<DatabaseFacts & { readonly number: number }> {
  const [row = {}] = await session.query(
    `SELECT current_setting('server_version_num')::int AS number,
            current_setting('server_version') AS version,
            current_setting('server_encoding') AS encoding,
            current_setting('max_connections')::int AS maximum,
            (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
            current_setting('superuser_reserved_connections')::int
              + coalesce(current_setting('reserved_connections', true), '0')::int AS reserved,
            (SELECT count(*)::int FROM pg_stat_activity
              WHERE datname IS NOT NULL AND datname <> $1 AND pid <> pg_backend_pid()) AS used`,
    [database],
  )
  const maxConnections = Number(row['maximum'])
  const now = Number(row['now'])
  return {
    number: Number(row['number']),
    version: String(row['version']),
    encoding: String(row['encoding']),
    maxConnections,
    freeConnections: maxConnections - Number(row['reserved']) - Number(row['used']),
    ...(now > 0 ? { now } : {}),
  }
}

/**
 * Checks version and free connections; `database` is Infisical's own, whose connections do not count as used.
 * @throws SealiftError DATABASE_UNFIT with every fault
 */
export async function checkServer(
  session: DatabaseSession,
  needed: number,
  database: string,
): Promise<DatabaseFacts> {
  const { number, ...facts } = await serverFacts(session, database)
  const { version, maxConnections, freeConnections } = facts
  const faults: string[] = []
  const hints: string[] = []
  if (!(number >= oldest)) {
    faults.push(`PostgreSQL ${version} is too old: Infisical needs 14 or later`)
    hints.push('Upgrade the server, or name another one under database.host.')
  }
  if (freeConnections < needed) {
    faults.push(`${freeConnections} of ${maxConnections} connections are free; Infisical may open ${needed}`)
    hints.push(`Raise max_connections by at least ${needed - freeConnections}, or put a pooler in front.`)
  }
  refuse(faults, hints)
  return facts
}

/**
 * Checks the server and the encoding of the session's own database.
 * @throws SealiftError DATABASE_UNFIT with every fault
 */
export async function checkDatabase(
  session: DatabaseSession,
  needed: number,
  database: string,
): Promise<DatabaseFacts> {
  const facts = await checkServer(session, needed, database)
  refuseEncoding(facts.encoding, database)
  return facts
}

/** Whether the session's own database holds Infisical's tables, or somebody else's. */
export async function databaseState(session: DatabaseSession): Promise<DatabaseState> {
  const [row = {}] = await session.query(
    `SELECT count(*)::int AS tables, coalesce(bool_or(c.relname = 'infisical_migrations'), false) AS infisical,
            (SELECT shobj_description(oid, 'pg_database') FROM pg_catalog.pg_database
              WHERE datname = current_database()) AS mark
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'`,
  )
  const keysMark = keysMarkIn(row['mark'])
  const state = { infisical: row['infisical'] === true, tables: Number(row['tables']) }
  return keysMark === undefined ? state : { ...state, keysMark }
}

/** @throws SealiftError DATABASE_UNFIT unless the encoding is UTF-8 */
export function refuseEncoding(encoding: string, database: string): void {
  if (encoding !== 'UTF8')
    refuse(
      [`database ${database} has encoding ${encoding}; Infisical needs UTF8`],
      [`Create it anew: CREATE DATABASE ${database} ENCODING 'UTF8' TEMPLATE template0.`],
    )
}

function refuse(faults: readonly string[], hints: readonly string[]): void {
  if (faults.length === 0) return
  throw new SealiftError('DATABASE_UNFIT', `PostgreSQL does not fit: ${faults.join('; ')}`, { faults, hints })
}
