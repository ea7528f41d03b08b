/**
 * PostgreSQL is killed, or whoever works with it, at any moment of a copy, a migration, a dump, a restore and the renames: when
 * it is up again one whole database serves, and a rerun comes to the one state that it was to come to.
 */
import { readdir } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { SealiftError } from '../../../src/kernel/errors/index.ts'
import type { Database, SiteHost } from '../../../src/kernel/ports/index.ts'
import { restoreBackup, writeBackup } from '../../../src/site/backup/index.ts'
import { goBack, takeSnapshot } from '../../../src/site/snapshot/index.ts'
import { ownDatabase, servicesOf, storedKeys } from '../../../src/site/wire/index.ts'
import { recordedTalk } from '../../support/recorded-talk.ts'
import { atPiece, isChange, killed, mortal, untilAtWork, type When, watched } from './moments.ts'
import { type BackupSite, backupSite, site } from './site.ts'

const rows = 30_000
let world: BackupSite
let host: Awaited<ReturnType<BackupSite['installedHost']>>
beforeAll(async () => {
  world = await backupSite()
  host = await world.installedHost()
  await world.fill(rows)
})
afterAll(() => world?.stop())
beforeEach(() => world.onlyInfisical())
afterEach(async () => {
  // What a test has taken away comes back for the next.
  const there = await world.rows('secrets')
  await world.sql(
    `INSERT INTO secrets (value) SELECT sha256(n::text::bytea) FROM generate_series(${there + 1}, ${rows}) n`,
    'infisical',
  )
})

const watch = () => ({ signal: new AbortController().signal, say: () => {} })
const id = 'a1'
async function copy(by: SiteHost) {
  const services = servicesOf(site, by, 'infisical')
  const own = await ownDatabase(services, await storedKeys(host.cluster, 'infisical'))
  return await takeSnapshot(services, own, { id, about: 'a test' }, watch())
}
async function back(by: SiteHost) {
  const services = servicesOf(site, by, 'infisical')
  const own = await ownDatabase(services, await storedKeys(host.cluster, 'infisical'))
  return await goBack(services, own, { id, at: '2026-11-30T00:00:00.000Z' }, watch())
}
const countIn = async (database: string) =>
  Number((await world.sql('SELECT count(*)::int AS n FROM secrets', database))[0]?.['n'])

/** Runs `work` and kills the server at a statement; gives whether there was one, with the server up again. */
async function crashAt(
  work: (by: SiteHost) => Promise<unknown>,
  which: (sql: string) => boolean,
  moment: { readonly n: number; readonly when: When },
): Promise<boolean> {
  let crashed = false
  const database = watched(host.database, which, async (n, when, sql) => {
    if (crashed || n !== moment.n || when !== moment.when) return
    if (when === 'during') await untilAtWork(host.database, world.login('postgres'), sql)
    crashed = true
    await world.postgres.crash()
  })
  const error = await work({ ...host, database }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!crashed) return false
  await world.postgres.restart()
  // After the last statement there is nothing that could fail; one that was at work may just have ended.
  if (error === undefined && moment.when !== 'before') return moment.when === 'after'
  expect(error).toBeInstanceOf(SealiftError)
  expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE' })
  return true
}

/** Whoever works is killed before its nth change: all that it does later fails, and its sessions are ended. */
async function dieBefore(work: (by: SiteHost) => Promise<unknown>, n: number): Promise<boolean> {
  let dead = false
  const open: { close(): Promise<void> }[] = []
  const noting: Database = {
    async open(login) {
      const session = await host.database.open(login)
      open.push(session)
      return session
    },
  }
  const database = watched(noting, isChange, async (at, when) => {
    if (at !== n || when !== 'before') return
    dead = true
    for (const session of open) await session.close()
    throw killed
  })
  const isDead = () => dead
  const by = { ...host, database: mortal(database, isDead), cluster: mortal(host.cluster, isDead) }
  try {
    await work(by)
  } catch (error) {
    if (!dead) throw error
  }
  return dead
}

describe('a copy', () => {
  test('the server killed while it copies: none is there under a copy’s name, and a rerun makes it', async () => {
    const isCopy = (sql: string) => sql.startsWith('CREATE DATABASE')
    let [caught, tries] = [false, 0]
    for (; !caught && tries < 10; tries++) {
      await world.onlyInfisical()
      caught = await crashAt(copy, isCopy, { n: 0, when: 'during' })
    }
    expect(caught).toBe(true)
    // It may have been whole when the server was killed, and only its answer lost.
    const named = (await world.databases()).filter(name => name !== 'infisical_copying_a1')
    expect(named).toEqual(['infisical'])
    expect(await copy(host)).toMatchObject({ changed: true })
    expect(await world.databases()).toEqual(['infisical', 'infisical_before_a1'])
    expect([await countIn('infisical'), await countIn('infisical_before_a1')]).toEqual([rows, rows])
  })

  test('the server killed at the copy’s name: a rerun has one whole copy', async () => {
    for (const when of ['before', 'after'] as const) {
      await world.onlyInfisical()
      expect(await crashAt(copy, sql => sql.includes('RENAME TO'), { n: 0, when })).toBe(true)
      expect(await copy(host)).toMatchObject({ changed: when === 'before' })
      expect(await world.databases()).toEqual(['infisical', 'infisical_before_a1'])
      expect(await countIn('infisical_before_a1')).toBe(rows)
    }
  })

  test('whoever copies killed before any change: a rerun has one whole copy', async () => {
    let moments = 0
    for (; await dieBefore(copy, moments); moments++) {
      expect(await countIn('infisical')).toBe(rows)
      await copy(host)
      expect(await world.databases()).toEqual(['infisical', 'infisical_before_a1'])
      expect(await countIn('infisical_before_a1')).toBe(rows)
      await world.onlyInfisical()
    }
    expect(moments).toBeGreaterThanOrEqual(4)
  })
})

/** Where the names change, and only there: all else is rolled back. */
const turns = [
  ['before the second rename', / RENAME TO /, { n: 1, when: 'before' }],
  ['before the names are there', /^COMMIT$/, { n: 0, when: 'before' }],
  ['once the names are there', /^COMMIT$/, { n: 0, when: 'after' }],
] as const

describe('the way back', () => {
  beforeEach(begin)
  async function begin() {
    await world.onlyInfisical()
    await copy(host)
    await world.sql('DELETE FROM secrets WHERE id > 5', 'infisical')
  }

  /** One of the two serves, whole; and a rerun serves the copy. */
  async function converges() {
    expect([5, rows]).toContain(await countIn('infisical'))
    await back(host)
    expect(await world.databases()).toEqual(['infisical', 'infisical_failed_a1'])
    expect([await countIn('infisical'), await countIn('infisical_failed_a1')]).toEqual([rows, 5])
  }

  test.each(turns)('the server killed %s', async (_, statement, moment) => {
    expect(await crashAt(back, sql => statement.test(sql), moment)).toBe(true)
    await converges()
  })

  test('whoever goes back killed before any change', async () => {
    let moments = 0
    for (; await dieBefore(back, moments); moments++) {
      await converges()
      await begin()
    }
    expect(moments).toBeGreaterThanOrEqual(6)
  })

  test('the server killed in a migration: half of it is there, and what was before comes back', async () => {
    const migrating = await host.database.open(world.login('infisical'))
    await migrating.query('ALTER TABLE secrets ADD COLUMN version int DEFAULT 2')
    const statement = 'UPDATE secrets SET value = sha256(value), version = (SELECT 3 FROM pg_sleep(600))'
    const ended = expect(migrating.query(statement)).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
    await untilAtWork(host.database, world.login('postgres'), statement)
    await world.postgres.crash()
    await ended
    await migrating.close()
    await world.postgres.restart()
    expect(await world.sql('SELECT DISTINCT version FROM secrets', 'infisical')).toEqual([{ version: 2 }])
    await converges()
    const columns = `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'secrets' ORDER BY 1`
    expect(await world.sql(columns, 'infisical')).toEqual([{ name: 'id' }, { name: 'value' }])
  })
})

describe('an archive and its way back', () => {
  const request = () => ({ site, folder: world.folder, recipients: [world.recipient], version: '1.0.0' })
  let path: string
  beforeAll(async () => {
    await world.onlyInfisical()
    path = (await writeBackup(request(), host, recordedTalk())).path
  })
  const restore = (by: SiteHost) =>
    restoreBackup({ site, path, identities: [world.identity] }, by, recordedTalk())
  const crash = () => world.postgres.crash()

  test('the server killed in the dump: no archive, and a rerun writes one', async () => {
    const before = await readdir(world.folder)
    // More than sockets and pipes hold: else the server may have given all of it when it is killed.
    const much = 'CREATE TABLE much AS SELECT sha256(n::text::bytea) FROM generate_series(1, 300000) n'
    await world.sql(`${much}; ALTER TABLE much OWNER TO infisical`, 'infisical')
    const programs = atPiece(host.programs, 'pg_dump', crash)
    const error = await writeBackup(request(), { ...host, programs }, recordedTalk()).catch(thrown => thrown)
    await world.postgres.restart()
    // Whichever is the first to miss it: pg_dump, or the session that holds its snapshot.
    expect(['DATABASE_UNREACHABLE', 'BACKUP_FAILED']).toContain(error.code)
    expect(await readdir(world.folder)).toEqual(before)
    await world.sql('DROP TABLE much', 'infisical')
    await writeBackup(request(), host, recordedTalk())
    expect(await readdir(world.folder)).toHaveLength(before.length + 1)
  })

  async function restores() {
    expect([5, rows]).toContain(await countIn('infisical'))
    const { setAside } = await restore(host)
    expect(await countIn('infisical')).toBe(rows)
    const left = (await world.databases()).filter(name => name !== 'infisical' && name !== setAside)
    // Every other one is what served before, too: none is half of one.
    for (const name of left) expect(name).toMatch(/_set_aside_/)
  }

  test('the server killed in the restore: what there was serves, and a rerun puts it back', async () => {
    await world.sql('DELETE FROM secrets WHERE id > 5', 'infisical')
    const programs = atPiece(host.programs, 'pg_restore', crash)
    const error = await restore({ ...host, programs }).catch(thrown => thrown)
    await world.postgres.restart()
    expect(error).toBeInstanceOf(SealiftError)
    expect(await countIn('infisical')).toBe(5)
    await restores()
  })

  test.each(turns)('the server killed %s of what was restored', async (_, statement, moment) => {
    await world.sql('DELETE FROM secrets WHERE id > 5', 'infisical')
    expect(await crashAt(restore, sql => statement.test(sql), moment)).toBe(true)
    await restores()
  })
})
