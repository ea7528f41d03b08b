import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clock as real } from '../../../src/adapters/clock.ts'
import { createDragonfly } from '../../../src/adapters/dragonfly/index.ts'
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import { parseSite } from '../../../src/kernel/inputs/index.ts'
import { type DatabaseSession, Secret } from '../../../src/kernel/ports/index.ts'
import {
  discardSnapshot,
  dropSnapshot,
  endSessions,
  goBack,
  mayTakeSnapshot,
  snapshots,
  takeSnapshot,
} from '../../../src/site/snapshot/index.ts'
import {
  freeMigrationLock,
  type OwnDatabase,
  ownDatabase,
  readyDatabase,
  type SiteServices,
} from '../../../src/site/wire/index.ts'
import { secretObject } from '../../../src/site/wire/secrets.ts'
import { type PostgresServer, startPostgres } from '../../support/services.ts'
import { countingRandom, rejection, siteCluster } from '../../unit/site/wire/memory.ts'
import { smallSite } from '../../unit/site/wire/sites.ts'

// A copy inside a real server, and the way back: as its superuser, as an administrator that is none, and as the role itself.
let postgres: PostgresServer
let root: DatabaseSession
const port = createPostgres()
beforeAll(async () => {
  postgres = await startPostgres()
  const { host, port: at, user } = postgres
  const password = new Secret(postgres.password)
  root = await port.open({ host, port: at, user, password, database: 'postgres', tls: 'disable' })
  for (const sql of [
    `CREATE ROLE dba LOGIN CREATEROLE CREATEDB PASSWORD 'of-the-dba'`,
    `CREATE ROLE watcher LOGIN PASSWORD 'of-the-watcher'`,
  ])
    await root.query(sql)
})
afterAll(async () => {
  await root.close()
  await postgres.stop()
})

// Ten seconds are two of these.
const clock = { ...real, now: () => 5 * real.now() }
const watch = { signal: new AbortController().signal, say: () => {} }
const about = 'sandbox 0.9.0, before 1.0.0'
const at = '2026-11-30T00:00:00.000Z'
const text = smallSite.replace('database:\n', 'database:\n  tls: disable\n')
let services: SiteServices
let own: OwnDatabase

async function siteOf(admin: { username: string; password: string }) {
  const cluster = await siteCluster(secretObject('databases', 'postgres-superuser', admin))
  cluster.behaviour.services = { 'databases/postgres-cluster-rw:5432': postgres }
  const site = parseSite(text, 'site.yaml')
  const ports = { cluster, database: port, cache: createDragonfly(), random: countingRandom() }
  services = { ...ports, clock, site, namespace: 'infisical' }
  own = await ownDatabase(services, undefined)
  await readyDatabase(services, own, 20)
}
/** A session of Infisical's own role in a database. */
const within = (database = 'infisical') => {
  const { host, port: at } = postgres
  const { user, password } = own.parts
  return port.open({ host, port: at, user, password, database, tls: 'disable' })
}
async function rows(database = 'infisical'): Promise<number> {
  const session = await within(database)
  const [row] = await session.query('SELECT count(*)::int AS n FROM things')
  await session.close()
  return Number(row?.['n'])
}
async function fill(sql: string) {
  const session = await within()
  await session.query(sql)
  await session.close()
}
const databases = async () =>
  (await root.query(`SELECT datname FROM pg_database WHERE datname LIKE 'infisical%' ORDER BY 1`)).map(
    ({ datname }) => datname,
  )

beforeEach(async () => {
  for (const name of await databases())
    await root.query(`DROP DATABASE ${root.identifier(`${name}`)} WITH (FORCE)`)
  await root.query('DROP ROLE IF EXISTS infisical')
})

const ways = [
  ['the superuser', 'administrator', () => ({ username: postgres.user, password: postgres.password }), ''],
  ['an administrator who is none', 'administrator', () => ({ username: 'dba', password: 'of-the-dba' }), ''],
  [
    'Infisical’s role, which may',
    'role',
    () => ({ username: 'dba', password: 'of-the-dba' }),
    'ALTER ROLE infisical CREATEDB',
  ],
] as const

describe.each(ways)('as %s', (_, by, admin, sql) => {
  beforeEach(async () => {
    await siteOf(admin())
    if (sql) await root.query(sql)
    await fill('CREATE TABLE things AS SELECT generate_series(1, 1000) AS n')
  })

  it('a copy is made once, kept, served again, and what was served is set aside', async () => {
    expect(await mayTakeSnapshot(services, own)).toMatchObject({ by })
    const made = await takeSnapshot(services, own, { id: 'a1', about }, watch)
    expect(made).toMatchObject({ changed: true, snapshot: { database: 'infisical_before_a1', about } })
    expect((await takeSnapshot(services, own, { id: 'a1', about }, watch)).changed).toBe(false)
    expect(await snapshots(services, own)).toMatchObject([{ database: 'infisical_before_a1', about }])
    await fill('DELETE FROM things WHERE n > 10')
    expect(await goBack(services, own, { id: 'a1', at }, watch)).toMatchObject({
      ...{ changed: true, setAside: 'infisical_failed_a1' },
    })
    expect([await rows(), await rows('infisical_failed_a1')]).toEqual([1000, 10])
    expect((await goBack(services, own, { id: 'a1', at }, watch)).changed).toBe(false)
    expect(await snapshots(services, own)).toMatchObject([
      { database: 'infisical_failed_a1', about: `set aside at ${at}` },
    ])
    expect(await dropSnapshot(services, own, 'infisical_failed_a1')).toBe(true)
    expect(await dropSnapshot(services, own, 'infisical_failed_a1')).toBe(false)
    // What nobody has marked is nobody's to drop.
    expect(await dropSnapshot(services, own, 'infisical')).toBe(false)
    expect(await databases()).toEqual(['infisical'])
  })

  it('what PostgreSQL copies with none is carried over', async () => {
    for (const sql of [
      'GRANT CONNECT ON DATABASE infisical TO watcher',
      `ALTER DATABASE infisical SET work_mem TO '7MB'`,
      `ALTER DATABASE infisical SET search_path TO "$user", 'a "b", c', public`,
      'ALTER DATABASE infisical CONNECTION LIMIT 33',
      `ALTER ROLE infisical IN DATABASE infisical SET statement_timeout TO '61s'`,
      `COMMENT ON DATABASE infisical IS 'of the bank'`,
    ])
      await root.query(sql)
    const look = async (name: string) => {
      const [database] = await root.query(
        `SELECT datacl::text AS acl, datconnlimit AS most, pg_encoding_to_char(encoding) AS encoding, datcollate,
                pg_get_userbyid(datdba) AS owner, shobj_description(oid, 'pg_database') AS comment
           FROM pg_database WHERE datname = $1`,
        [name],
      )
      const settings = await root.query(
        `SELECT setrole::regrole::text AS role, setconfig FROM pg_db_role_setting s
           JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = $1 ORDER BY 1`,
        [name],
      )
      return { ...database, settings }
    }
    const before = await look('infisical')
    const { detail } = await takeSnapshot(services, own, { id: 'a1', about }, watch)
    await goBack(services, own, { id: 'a1', at }, watch)
    const after = await look('infisical')
    expect(detail).not.toContain('not carried over')
    // Grants are told in the order in which they were made.
    const grants = (acl: unknown) =>
      String(acl)
        .replaceAll(/^\{|\}$/g, '')
        .split(',')
        .sort()
    expect(grants((after as { acl?: unknown }).acl)).toEqual(grants((before as { acl?: unknown }).acl))
    expect({ ...after, acl: '' }).toEqual({ ...before, acl: '' })
  })

  it('goes on between the two renames', async () => {
    await takeSnapshot(services, own, { id: 'a1', about }, watch)
    await root.query('ALTER DATABASE infisical RENAME TO infisical_failed_a1')
    expect((await goBack(services, own, { id: 'a1', at }, watch)).changed).toBe(true)
    expect(await databases()).toEqual(['infisical', 'infisical_failed_a1'])
    expect(await rows()).toBe(1000)
  })

  it('a copy that was begun is none', async () => {
    await root.query('CREATE DATABASE infisical_copying_a1 OWNER infisical')
    expect(await snapshots(services, own)).toEqual([])
    expect(await discardSnapshot(services, own, { id: 'a1' })).toBe(true)
    expect(await databases()).toEqual(['infisical'])
    await root.query('CREATE DATABASE infisical_copying_a1 OWNER infisical')
    await takeSnapshot(services, own, { id: 'a1', about }, watch)
    expect(await databases()).toEqual(['infisical', 'infisical_before_a1'])
    expect(await discardSnapshot(services, own, { id: 'a1' })).toBe(true)
    expect(await discardSnapshot(services, own, { id: 'a1' })).toBe(false)
    expect(await databases()).toEqual(['infisical'])
  })

  it('sessions of the role are ended; anybody else’s are named, and go on', async () => {
    await root.query('GRANT CONNECT ON DATABASE infisical TO watcher')
    const left = await within()
    const { host, port: where } = postgres
    const login = { host, port: where, user: 'watcher', password: new Secret('of-the-watcher') }
    const others = await port.open({ ...login, database: 'infisical', tls: 'disable' })
    await others.query(`SET application_name = 'monitoring'`)
    expect(await rejection(takeSnapshot(services, own, { id: 'a1', about }, watch))).toMatchObject({
      code: 'DATABASE_UNFIT',
      message: expect.stringContaining('in use by 1 session of others'),
      faults: [expect.stringMatching(/^monitoring, as watcher from .*, in infisical \(process \d+\)$/)],
    })
    expect(await others.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
    await expect(left.query('SELECT 1')).rejects.toThrow()
    await others.close()
    await left.close()
    expect(await databases()).toEqual(['infisical'])
  })
})

it('a copy that a killed run has left at work is ended, and made anew', async () => {
  await siteOf({ username: postgres.user, password: postgres.password })
  await fill(
    'CREATE TABLE things AS SELECT n, repeat(md5(n::text), 40) AS text FROM generate_series(1, 150000) AS n',
  )
  const { host, port: where, user } = postgres
  const login = { host, port: where, user, password: new Secret(postgres.password), tls: 'disable' as const }
  const dead = await port.open({ ...login, database: 'postgres' })
  const copying = dead.query('CREATE DATABASE "infisical_copying_a1" OWNER infisical TEMPLATE infisical')
  const ended = copying.then(
    () => 'made',
    () => 'ended',
  )
  const atWork = `SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'CREATE DATABASE "infi%'`
  while ((await root.query(atWork)).length === 0 && (await Promise.race([ended, 'running'])) === 'running');
  expect(await takeSnapshot(services, own, { id: 'a1', about }, watch)).toMatchObject({ changed: true })
  await ended
  await dead.close()
  expect(await databases()).toEqual(['infisical', 'infisical_before_a1'])
  expect(await rows('infisical_before_a1')).toBe(150000)
})

it('what a killed migration has left is ended, and its lock freed', async () => {
  await siteOf({ username: postgres.user, password: postgres.password })
  await fill('CREATE TABLE infisical_migrations_lock AS SELECT 1 AS index, 1 AS is_locked')
  const left = await within()
  const working = left.query('SELECT pg_sleep(3600)')
  await Promise.all([expect(working).rejects.toThrow(), endSessions(services, own, watch)])
  await left.close()
  expect(await freeMigrationLock(services, own)).toBe(true)
  expect(await freeMigrationLock(services, own)).toBe(false)
  const session = await within()
  expect(await session.query('SELECT is_locked FROM infisical_migrations_lock')).toEqual([{ is_locked: 0 }])
  await session.query('DROP TABLE infisical_migrations_lock')
  await session.close()
  // A database that no server has migrated yet has none.
  expect(await freeMigrationLock(services, own)).toBe(false)
})

it('where nobody may, it is said before', async () => {
  await siteOf({ username: postgres.user, password: postgres.password })
  const { user, password } = own.parts
  const uri = `postgresql://${user}:${password.reveal()}@postgres-cluster-rw.databases.svc/infisical`
  await services.cluster.apply(secretObject('databases', 'uri', { uri }))
  const named = text.replace(/admin: \{ namespace.*/, 'uri: { namespace: databases, name: uri, key: uri }')
  services = { ...services, site: parseSite(named, 'site.yaml') }
  expect(await mayTakeSnapshot(services, own)).toEqual({
    fault: 'infisical may not make databases, so none can be copied',
    hint: expect.stringContaining('ALTER ROLE infisical CREATEDB'),
  })
})

it('a copy that is gone leads nowhere, and nothing is moved', async () => {
  await siteOf({ username: postgres.user, password: postgres.password })
  expect(await rejection(goBack(services, own, { id: 'a1', at }, watch))).toMatchObject({
    ...{ code: 'DATABASE_UNFIT', message: 'the copy infisical_before_a1 is not in PostgreSQL any more' },
  })
  expect(await databases()).toEqual(['infisical'])
})
