import { printable } from '../../kernel/errors/index.ts'
import type { DatabaseSession } from '../../kernel/ports/index.ts'
import { type Reopened, stoppable } from '../../kernel/services/index.ts'

/** A database as one snapshot of it shows it. */
export interface Seen {
  /** The snapshot, for whoever is to see the same while the session lasts. */
  readonly snapshot: string
  readonly version: string
  readonly rows: Readonly<Record<string, number>>
  readonly invalidIndexes: readonly string[]
}

/**
 * Takes a snapshot that lasts until the session ends, and counts the rows of every table in it. An abort ends the count.
 * @throws the signal's reason, SealiftError DATABASE_UNREACHABLE, Error as PostgreSQL says it
 */
export async function lookAt(at: Reopened, signal: AbortSignal): Promise<Seen> {
  const { session } = at
  // Counting takes as long as it takes, and what is open waits for a dump of any size.
  await session.query('SET statement_timeout = 0')
  await session.query('SET idle_in_transaction_session_timeout = 0')
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const [row = {}] = await session.query(
    `SELECT pg_export_snapshot() AS snapshot, current_setting('server_version') AS version`,
  )
  const rows: Record<string, number> = {}
  await stoppable(at, signal, async () => {
    for (const { schema, name } of await tablesIn(session)) {
      signal.throwIfAborted()
      const table = `${session.identifier(schema)}.${session.identifier(name)}`
      const [counted = {}] = await session.query(`SELECT count(*)::float8 AS rows FROM ONLY ${table}`)
      rows[`${schema}.${name}`] = Number(counted['rows'])
    }
  })
  const broken = await session.query(
    `SELECT n.nspname || '.' || c.relname AS name
       FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT i.indisvalid AND n.nspname !~ '^pg_' ORDER BY 1`,
  )
  const invalidIndexes = broken.map(({ name }) => String(name))
  // Debian and others say more than the number: 15.18 (Debian 15.18-0+deb12u1).
  const version = String(row['version']).split(' ')[0] ?? ''
  return { snapshot: String(row['snapshot']), version, rows, invalidIndexes }
}

/** Tables that have rows of their own: those of extensions are made with them, and a partitioned one has none. */
async function tablesIn(session: DatabaseSession): Promise<{ schema: string; name: string }[]> {
  const found = await session.query(
    `SELECT n.nspname AS schema, c.relname AS name
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
        AND c.relpersistence <> 't'
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                         WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      ORDER BY 1, 2`,
  )
  return found.map(({ schema, name }) => ({ schema: String(schema), name: String(name) }))
}

/** Tables that are told: names and number of those in an archive are whoever's who made it. */
const shown = 12

/** What of a dump did not come back, table by table. */
export function differences(
  wanted: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>>,
): string[] {
  const before = new Map(Object.entries(wanted))
  const now = new Map(Object.entries(found))
  const names = [...new Set([...before.keys(), ...now.keys()])]
    .filter(name => before.get(name) !== now.get(name))
    .sort()
  const told = names.slice(0, shown).map(name => difference(printable(name), before.get(name), now.get(name)))
  return names.length > shown ? [...told, `and ${names.length - shown} more`] : told
}

function difference(name: string, before: number | undefined, now: number | undefined): string {
  if (now === undefined) return `table ${name} is not there`
  if (before === undefined) return `table ${name} was not in the database`
  return `table ${name} has ${now} rows, the database had ${before}`
}
