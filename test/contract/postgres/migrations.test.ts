/** What a real PostgreSQL says of migrations, and of those that were interrupted. */
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import { type DatabaseSession, Secret } from '../../../src/kernel/ports/index.ts'
import {
  dropUnfinishedIndexes,
  migrationsApplied,
  schemaTroubles,
} from '../../../src/site/migrations/index.ts'
import { type PostgresServer, startPostgres } from '../../support/services.ts'
import { rejection } from '../../unit/site/wire/memory.ts'

let postgres: PostgresServer
let session: DatabaseSession
let run = 0
let database: string

beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres?.stop())

beforeEach(async () => {
  database = `site_${run++}`
  await postgres.createDatabase(database)
  const { host, port, user, password } = postgres
  const login = { host, port, user, password: new Secret(password), database, tls: 'disable' as const }
  session = await createPostgres().open(login)
  onTestFinished(() => session.close())
})

/** Another session there, with knex's tables made. */
async function server(program = 'infisical'): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: postgres.uri(database), application_name: program })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end().catch(() => {}))
  return client
}

const tables = `CREATE TABLE infisical_migrations (id serial PRIMARY KEY, name varchar(255));
  CREATE TABLE infisical_migrations_lock (index serial PRIMARY KEY, is_locked int);
  INSERT INTO infisical_migrations_lock (is_locked) VALUES (0);
  CREATE TABLE secrets AS SELECT n AS id, 1 AS same FROM generate_series(1, 10) n`

/** Waits until the server shows something. */
async function until(sql: string): Promise<void> {
  while ((await session.query(sql)).length === 0) await new Promise(resolve => setTimeout(resolve, 20))
}

describe('the migrations of a database', () => {
  it('are none where nothing was migrated', async () => {
    expect(await migrationsApplied(session)).toEqual([])
    expect(await schemaTroubles(session)).toEqual([])
  })

  it('are named in the order in which they ran', async () => {
    await (await server()).query(
      `${tables}; INSERT INTO infisical_migrations (name) VALUES ('b.ts'), (NULL), ('a.mjs')`,
    )
    expect(await migrationsApplied(session)).toEqual(['b.ts', 'a.mjs'])
    // Another's table may have another type, and names without end.
    await session.query('ALTER TABLE infisical_migrations ALTER COLUMN name TYPE text')
    await session.query(`UPDATE infisical_migrations SET name = repeat('x', 5000) WHERE id = 3`)
    expect(await migrationsApplied(session)).toEqual(['b.ts', 'x'.repeat(300)])
  })

  it('are not taken from a table that is not knex’s', async () => {
    await (await server()).query('CREATE TABLE infisical_migrations (step int)')
    expect(await rejection(migrationsApplied(session))).toMatchObject({
      code: 'DATABASE_UNFIT',
      message: expect.stringMatching(/^table infisical_migrations does not say which migrations were run: /),
    })
  })
})

describe('what an interrupted migration leaves', () => {
  it('is nothing while a server is idle, or answers', async () => {
    const client = await server()
    await client.query(tables)
    await client.query('SELECT 1')
    expect(await schemaTroubles(session)).toEqual([])
  })

  it('is a lock that nobody holds', async () => {
    await (await server()).query(`${tables}; UPDATE infisical_migrations_lock SET is_locked = 1`)
    expect(await schemaTroubles(session)).toEqual([
      {
        what: 'lock',
        name: 'infisical_migrations_lock',
        fault:
          'a migration that was killed has left its lock (infisical_migrations_lock), and nobody is at work',
        hint: expect.stringContaining('UPDATE infisical_migrations_lock SET is_locked = 0'),
      },
    ])
  })

  it('is a statement that the server goes on with, whatever the lock says', async () => {
    const client = await server('node')
    await client.query(tables)
    const gone = client.query('BEGIN; ALTER TABLE secrets ADD COLUMN more int; SELECT pg_sleep(60)')
    gone.catch(() => {})
    await until("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
    // As after kill -9: the server does not know yet that nobody waits for it.
    ;(client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
    const [trouble, ...more] = await schemaTroubles(session)
    expect(more).toEqual([])
    expect(trouble).toMatchObject({
      what: 'running-statement',
      fault: expect.stringMatching(/^node, as postgres, has a statement running in the database for \d+ s: /),
    })
    const [, end = ''] = /end it: (.*)$/.exec(trouble?.hint ?? '') ?? []
    await session.query(end)
    await until("SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')")
    expect(await schemaTroubles(session)).toEqual([])
  })

  it('is a transaction that keeps a table to itself; the lock is then its own', async () => {
    const client = await server('')
    await client.query(`${tables}; UPDATE infisical_migrations_lock SET is_locked = 1`)
    await client.query('BEGIN')
    await client.query('LOCK TABLE secrets IN ACCESS EXCLUSIVE MODE')
    expect(await schemaTroubles(session)).toMatchObject([
      {
        what: 'running-statement',
        fault: expect.stringMatching(/^a program without a name, as postgres, has a transaction open /),
      },
    ])
  })

  it('is an index that was not built to the end, which a rebuilding mends', async () => {
    const client = await server()
    await client.query(tables)
    await client.query('CREATE SCHEMA "Odd"')
    await client.query('CREATE TABLE "Odd"."T""able" AS SELECT 1 AS id, 1 AS same')
    await client.query('CREATE INDEX fine ON secrets (id)')
    // Values that are not unique end it half-way, as a kill does.
    await client.query('CREATE UNIQUE INDEX CONCURRENTLY "Same_key" ON secrets (same)').catch(() => {})
    await client.query('CREATE INDEX CONCURRENTLY IF NOT EXISTS "Same_key" ON secrets (same)')
    const troubles = await schemaTroubles(session)
    expect(troubles).toMatchObject([
      {
        what: 'invalid-index',
        fault: expect.stringMatching(/^index Same_key of table secrets was not built to the end: /),
        hint: 'Run: REINDEX INDEX CONCURRENTLY "public"."Same_key"',
      },
    ])
    await client.query('DELETE FROM secrets WHERE id > 1')
    await client.query(troubles[0]?.hint.replace('Run: ', '') ?? '')
    expect(await schemaTroubles(session)).toEqual([])
  })

  it('is what a rebuilding has left, which is dropped', async () => {
    const client = await server()
    await client.query(tables)
    await client.query('CREATE INDEX same_ccnew ON secrets (same)')
    await client.query("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'same_ccnew'::regclass")
    const troubles = await schemaTroubles(session)
    expect(troubles).toMatchObject([{ hint: 'Run: DROP INDEX CONCURRENTLY "public"."same_ccnew"' }])
    await client.query(troubles[0]?.hint.replace('Run: ', '') ?? '')
    expect(await schemaTroubles(session)).toEqual([])
  })

  it('is dropped by an upgrade that goes on, so that the migration makes it whole; what is sound stays', async () => {
    const client = await server()
    await client.query(`${tables}; CREATE SCHEMA "Odd"`)
    await client.query(
      'CREATE TABLE "Odd"."T""able" AS SELECT n AS id, 1 AS same FROM generate_series(1, 3) n',
    )
    await client.query('CREATE INDEX fine ON secrets (id)')
    const migration = 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "Same""key" ON "Odd"."T""able" (same)'
    await client.query(migration).catch(() => {})
    // PostgreSQL tells of a failure before it has cleaned up behind it; with the next answer it has.
    await client.query('SELECT')
    expect(await dropUnfinishedIndexes(session)).toEqual(['Same"key'])
    expect(await schemaTroubles(session)).toEqual([])
    await client.query('DELETE FROM "Odd"."T""able" WHERE id > 1')
    await client.query(migration)
    expect(await schemaTroubles(session)).toEqual([])
    expect(await dropUnfinishedIndexes(session)).toEqual([])
    const indexes = await session.query(
      `SELECT relname AS name FROM pg_class WHERE relname IN ('fine', 'Same"key') ORDER BY 1 DESC`,
    )
    expect(indexes).toEqual([{ name: 'fine' }, { name: 'Same"key' }])
  })

  it('is not an index of a partitioned table, which waits for its partitions', async () => {
    const client = await server()
    await client.query('CREATE TABLE parts (id int) PARTITION BY RANGE (id)')
    await client.query('CREATE TABLE part PARTITION OF parts FOR VALUES FROM (1) TO (9)')
    await client.query('CREATE INDEX parts_id ON ONLY parts (id)')
    expect(await schemaTroubles(session)).toEqual([])
  })
})
