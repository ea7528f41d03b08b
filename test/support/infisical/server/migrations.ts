import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from './database.ts'
import type { Log } from './log.ts'
import { migrations } from './schema.ts'

/** Any number; every stand-in that shares a database takes the same advisory lock while it migrates. */
const lockId = 2023

/**
 * Creates what is missing, one step after another, recorded as knex records it (`infisical_migrations`,
 * `infisical_migrations_lock`). Servers that start at once wait for each other. `seconds` is how long the
 * pending steps shall take together.
 * @throws Error when the database holds steps that this server does not know while it lacks others.
 */
export async function migrate(db: Database, seconds: number, log: Log): Promise<void> {
  const applied = await db.transaction(async work => {
    await work.all('SELECT pg_advisory_xact_lock($1)', [lockId])
    await work.all(`CREATE TABLE IF NOT EXISTS infisical_migrations (
      id serial PRIMARY KEY, name varchar(255), batch integer, migration_time timestamptz)`)
    await work.all(`CREATE TABLE IF NOT EXISTS infisical_migrations_lock (
      index serial PRIMARY KEY, is_locked integer)`)
    await work.all(`INSERT INTO infisical_migrations_lock (is_locked)
      SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM infisical_migrations_lock)`)
    const known = new Set(
      (await work.all<{ name: string }>('SELECT name FROM infisical_migrations')).map(row => row.name),
    )
    const pending = migrations.filter(step => !known.has(step.name))
    const foreign = [...known].filter(name => !migrations.some(step => step.name === name))
    if (pending.length > 0 && foreign.length > 0) {
      throw new Error(`the database was migrated by another server: it holds ${foreign.join(', ')}`)
    }
    if (pending.length > 0) log.info(`Running ${pending.length} pending migrations`)
    const [last] = await work.all<{ batch: number }>(
      'SELECT coalesce(max(batch), 0) batch FROM infisical_migrations',
    )
    for (const step of pending) {
      await work.all(step.sql)
      await sleep((seconds * 1000) / pending.length)
      const row = { name: step.name, batch: (last?.batch ?? 0) + 1, migration_time: new Date() }
      await work.insert('infisical_migrations', row)
    }
    return pending.length
  })
  log.info(applied > 0 ? `Migrated: ${applied} steps` : 'No pending migrations')
}
