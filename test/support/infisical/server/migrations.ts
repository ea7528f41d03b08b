import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from './database.ts'
import type { Config } from './env.ts'
import type { Log } from './log.ts'
import { type Migration, migrations, newerMigrations } from './schema.ts'

/** Any number; every stand-in that shares a database takes the same advisory lock while it migrates. */
const lockId = 2023

/**
 * Creates what is missing, each step in a transaction of its own, recorded as knex records it (`infisical_migrations`,
 * `infisical_migrations_lock`). Servers that start at once wait for each other. `migrationSeconds` is how long the pending
 * steps shall take together. @throws Error when the database holds steps that this server does not know, as knex does
 */
export async function migrate(db: Database, config: Config['standIn'], log: Log): Promise<void> {
  const known = config.newer ? [...migrations, ...newerMigrations] : migrations
  const applied = await db.transaction(async held => {
    await held.all('SELECT pg_advisory_xact_lock($1)', [lockId])
    await db.all(`CREATE TABLE IF NOT EXISTS infisical_migrations (
      id serial PRIMARY KEY, name varchar(255), batch integer, migration_time timestamptz)`)
    await db.all(`CREATE TABLE IF NOT EXISTS infisical_migrations_lock (
      index serial PRIMARY KEY, is_locked integer)`)
    await db.all(`INSERT INTO infisical_migrations_lock (is_locked)
      SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM infisical_migrations_lock)`)
    const there = new Set(
      (await db.all<{ name: string }>('SELECT name FROM infisical_migrations')).map(row => row.name),
    )
    const foreign = [...there].filter(name => !known.some(step => step.name === name))
    if (foreign.length > 0)
      throw new Error(
        `The migration directory is corrupt, the following files are missing: ${foreign.join(', ')}`,
      )
    const pending = known.filter(step => !there.has(step.name))
    if (pending.length > 0) await run(db, pending, config, log)
    return pending.length
  })
  log.info(applied > 0 ? `Migrated: ${applied} steps` : 'No pending migrations')
}

async function run(
  db: Database,
  pending: readonly Migration[],
  config: Config['standIn'],
  log: Log,
): Promise<void> {
  log.info(`Running ${pending.length} pending migrations`)
  const [last] = await db.all<{ batch: number }>(
    'SELECT coalesce(max(batch), 0) batch FROM infisical_migrations',
  )
  const ordered = config.newer ? await ordersIn(db) : []
  await db.all('UPDATE infisical_migrations_lock SET is_locked = 1')
  for (const step of pending) {
    await db.transaction(async work => {
      await work.all(step.sql)
      await sleep((config.migrationSeconds * 1000) / pending.length)
      if (ordered.includes(`hang ${step.name}`)) await work.all('SELECT pg_sleep(3600)')
      if (ordered.includes(`fail ${step.name}`))
        throw new Error(`migration file "${step.name}" failed, as ordered`)
      const row = { name: step.name, batch: (last?.batch ?? 0) + 1, migration_time: new Date() }
      await work.insert('infisical_migrations', row)
    })
  }
  await db.all('UPDATE infisical_migrations_lock SET is_locked = 0')
}

/** What a test has ordered of the newer release, in a table of its own: `fail NAME`, `hang NAME` of a step. */
async function ordersIn(db: Database): Promise<string[]> {
  const [there] = await db.all<{ found: boolean }>(
    `SELECT to_regclass('stand_in_orders') IS NOT NULL AS found`,
  )
  if (!there?.found) return []
  return (await db.all<{ what: string }>('SELECT what FROM stand_in_orders')).map(({ what }) => what)
}
