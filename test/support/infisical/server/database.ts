import pg from 'pg'

/** A few helpers over one pool or one transaction; rows are typed by the caller, who names the columns. */
export interface Database {
  all<T>(sql: string, values?: readonly unknown[]): Promise<T[]>
  first<T>(sql: string, values?: readonly unknown[]): Promise<T | undefined>
  /** Inserts one row and returns it; objects and arrays go into jsonb columns. */
  insert<T>(table: string, row: Readonly<Record<string, unknown>>): Promise<T>
  /** Runs `work` in a transaction (or in the current one). */
  transaction<T>(work: (db: Database) => Promise<T>): Promise<T>
}

/** A {@link Database} on a pool of its own. */
export interface Pool extends Database {
  close(): Promise<void>
}

type Query = (sql: string, values: unknown[]) => Promise<{ rows: unknown[] }>

const isJson = (value: unknown) =>
  typeof value === 'object' && value !== null && !(value instanceof Date) && !Buffer.isBuffer(value)

function over(query: Query, begin: (work: (db: Database) => Promise<unknown>) => Promise<unknown>): Database {
  const all = async <T>(sql: string, values: readonly unknown[] = []) =>
    (await query(sql, [...values])).rows as T[]
  return {
    all,
    first: async <T>(sql: string, values?: readonly unknown[]) => (await all<T>(sql, values))[0],
    insert: async <T>(table: string, row: Readonly<Record<string, unknown>>) => {
      const columns = Object.keys(row).map(name => pg.escapeIdentifier(name))
      const values = Object.values(row).map(value => (isJson(value) ? JSON.stringify(value) : value))
      const places = values.map((_, i) => `$${i + 1}`)
      const sql = `INSERT INTO ${table} (${columns}) VALUES (${places}) RETURNING *`
      const [inserted] = await all<T>(sql, values)
      return inserted as T
    },
    transaction: async <T>(work: (db: Database) => Promise<T>) => (await begin(work)) as T,
  }
}

/**
 * How Infisical connects (its backend/src/db/instance.ts): a URI's `sslmode` is the driver's business, unless there is a
 * CA (PEM) as well: it then checks the certificate, with sslmode only for verify-ca and verify-full.
 */
export function connectionOf(connectionString: string, ca?: string): pg.ClientConfig {
  if (!ca) return { connectionString, ssl: false }
  const uri = new URL(connectionString)
  const mode = uri.searchParams.get('sslmode')
  if (!mode || mode === 'disable') return { connectionString, ssl: { ca, rejectUnauthorized: true } }
  uri.searchParams.delete('sslmode')
  return { connectionString: uri.href, ssl: { ca, rejectUnauthorized: mode.startsWith('verify-') } }
}

/** Opens a pool of at most 10 connections, as one Infisical process does; nothing is connected yet. */
export function openPool(connectionString: string, ca?: string): Pool {
  const options = { max: 10, min: 0, application_name: 'infisical-stand-in', connectionTimeoutMillis: 10_000 }
  const pool = new pg.Pool({ ...connectionOf(connectionString, ca), ...options })
  // An idle connection that the server closes must not end the process; the next query opens another.
  pool.on('error', () => {})

  const begin = async (work: (db: Database) => Promise<unknown>) => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      const query: Query = (sql, values) => client.query(sql, values)
      const inside: Database = over(query, nested => nested(inside))
      const result = await work(inside)
      await client.query('COMMIT')
      return result
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {})
      throw error
    } finally {
      client.release()
    }
  }
  return { ...over((sql, values) => pool.query(sql, values), begin), close: () => pool.end() }
}
