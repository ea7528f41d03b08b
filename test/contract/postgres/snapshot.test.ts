/** A copy inside a real server, and the way back, by everybody who may. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { judgeWayBack } from '../../../src/site/compatibility/index.ts'
import {
  discardSnapshot,
  dropLeftovers,
  dropSnapshot,
  endSessions,
  goBack,
  leadsBack,
  leftovers,
  mayTakeSnapshot,
  snapshots,
  takeSnapshot,
} from '../../../src/site/snapshot/index.ts'
import { freeMigrationLock } from '../../../src/site/wire/index.ts'
import { rejection } from '../../unit/site/wire/memory.ts'
import { type SnapshotServer, type SnapshotSite, snapshotServer, ways } from './snapshot-site.ts'

let server: SnapshotServer
let site: SnapshotSite
beforeAll(async () => {
  server = await snapshotServer()
})
afterAll(() => server?.stop())

const watch = { signal: new AbortController().signal, say: () => {} }
const about = 'sandbox 0.9.0, before 1.0.0'
const at = '2026-11-30T00:00:00.000Z'
const take = () => takeSnapshot(site.services, site.own, { id: 'a1', about }, watch)
const back = () => goBack(site.services, site.own, { id: 'a1', at }, watch)
const discard = () => discardSnapshot(site.services, site.own, { id: 'a1' })
const drop = (name: string) => dropSnapshot(site.services, site.own, name)

describe.each(ways)('as %s', way => {
  beforeEach(async () => {
    site = await server.site(way)
    await site.fill('CREATE TABLE things AS SELECT generate_series(1, 1000) AS n')
  })

  it('a copy is made once, kept, served again, and what was served is set aside', async () => {
    const { services, own } = site
    const by = way === 'role' || way === 'uri' ? 'role' : 'administrator'
    expect(await mayTakeSnapshot(services, own)).toMatchObject({ by })
    const made = await take()
    expect(made).toMatchObject({ changed: true, snapshot: { database: 'infisical_before_a1', about } })
    expect((await take()).changed).toBe(false)
    expect(await snapshots(services, own)).toMatchObject([{ database: 'infisical_before_a1', about }])
    expect(await judgeWayBack(services, own)).toMatchObject({
      bytes: expect.any(Number),
      finding: {
        ok: 'yes',
        seen: expect.stringMatching(
          /^the database \(.* MB\) can be copied, as the .*; 1 database kept beside it, .* MB$/,
        ),
      },
    })
    await site.fill('DELETE FROM things WHERE n > 10')
    expect(await back()).toMatchObject({ changed: true, setAside: 'infisical_failed_a1' })
    expect([await site.rows(), await site.rows('infisical_failed_a1')]).toEqual([1000, 10])
    expect((await back()).changed).toBe(false)
    expect(await snapshots(services, own)).toMatchObject([
      { database: 'infisical_failed_a1', about: `set aside at ${at}` },
    ])
    expect(await drop('infisical_failed_a1')).toBe(true)
    expect(await drop('infisical_failed_a1')).toBe(false)
    // What nobody has marked is nobody's to drop.
    expect(await drop('infisical')).toBe(false)
    expect(await server.databases()).toEqual(['infisical'])
  })

  it('what PostgreSQL copies with none is carried over', async () => {
    for (const sql of [
      'GRANT CONNECT ON DATABASE infisical TO watcher',
      // An owner may be left with less, or with more to give.
      'REVOKE TEMPORARY ON DATABASE infisical FROM infisical',
      `ALTER DATABASE infisical SET work_mem TO '7MB'`,
      `ALTER DATABASE infisical SET search_path TO "$user", 'a "b", c', public`,
      `ALTER DATABASE infisical SET application_name TO 'it, "is" so'`,
      'ALTER DATABASE infisical CONNECTION LIMIT 33',
      `ALTER ROLE infisical IN DATABASE infisical SET statement_timeout TO '61s'`,
      `COMMENT ON DATABASE infisical IS 'of the bank'`,
    ])
      await server.root.query(sql)
    const before = await attributes()
    const { warnings } = await take()
    await back()
    expect([await attributes(), warnings]).toEqual([before, []])
  })

  it('goes on between the two renames', async () => {
    await take()
    await server.root.query('ALTER DATABASE infisical RENAME TO infisical_failed_a1')
    expect((await back()).changed).toBe(true)
    expect(await server.databases()).toEqual(['infisical', 'infisical_failed_a1'])
    expect(await site.rows()).toBe(1000)
    expect(await snapshots(site.services, site.own)).toMatchObject([{ about: `set aside at ${at}` }])
  })

  it('where both were renamed by hand, each has its comment, and what is served is never dropped', async () => {
    await take()
    await server.root.query(`COMMENT ON DATABASE infisical IS 'of the bank'`)
    await server.root.query('ALTER DATABASE infisical RENAME TO infisical_failed_a1')
    await server.root.query('ALTER DATABASE infisical_before_a1 RENAME TO infisical')
    expect(await drop('infisical')).toBe(false)
    expect(await snapshots(site.services, site.own)).toEqual([])
    expect((await back()).changed).toBe(false)
    expect(await attributes()).toMatchObject({ comment: 'of the bank' })
    expect(await attributes('infisical_failed_a1')).toMatchObject({
      comment: `Sealift keeps this: set aside at ${at}`,
    })
    expect(await site.rows()).toBe(1000)
  })

  it('a database of somebody else under the name of its copy is never served', async () => {
    await server.root.query('CREATE DATABASE infisical_before_a1 OWNER watcher')
    expect(await rejection(back())).toMatchObject({
      code: 'DATABASE_UNFIT',
      message:
        'database infisical_before_a1 belongs to watcher, not to infisical: it is none that Sealift has made',
    })
    expect(await server.databases()).toEqual(['infisical', 'infisical_before_a1'])
    expect(await site.rows()).toBe(1000)
  })

  it('where the database and its copy are gone, what was set aside leads nowhere', async () => {
    await take()
    await back()
    expect(await leadsBack(site.services, site.own, { id: 'a1' })).toBe(true)
    await server.root.query('DROP DATABASE infisical WITH (FORCE)')
    expect(await leadsBack(site.services, site.own, { id: 'a1' })).toBe(false)
    expect(await rejection(back())).toMatchObject({
      message: 'the copy infisical_before_a1 is not in PostgreSQL any more',
    })
  })

  it('what killed runs have left is known by its whole name', async () => {
    const { services, own } = site
    const marks = ['_rehearsal_', '_restoring_']
    const left = ['infisical_rehearsal_0123abcd', 'infisical_restoring_89abcdef']
    const others = ['infisical_rehearsal_notes', 'infisical_x_rehearsal_0123abcd']
    for (const name of [...left, ...others])
      await server.root.query(`CREATE DATABASE ${name} OWNER infisical`)
    expect(await leftovers(services, own, marks)).toEqual(left)
    await dropLeftovers(services, own, marks)
    expect(await leftovers(services, own, marks)).toEqual([])
    expect(await server.databases()).toEqual(['infisical', ...others])
  })

  it('a copy that was begun is none', async () => {
    const begin = () => server.root.query('CREATE DATABASE infisical_copying_a1 OWNER infisical')
    await begin()
    expect(await snapshots(site.services, site.own)).toEqual([])
    expect(await discard()).toBe(true)
    expect(await server.databases()).toEqual(['infisical'])
    await begin()
    await take()
    expect(await server.databases()).toEqual(['infisical', 'infisical_before_a1'])
    expect(await discard()).toBe(true)
    expect(await discard()).toBe(false)
    expect(await server.databases()).toEqual(['infisical'])
  })
})

async function attributes(name = 'infisical') {
  const [database = {}] = await server.root.query(
    `SELECT datacl::text AS acl, datconnlimit AS most, pg_encoding_to_char(encoding) AS encoding, datcollate,
            datistemplate AS template, pg_get_userbyid(datdba) AS owner,
            shobj_description(oid, 'pg_database') AS comment
       FROM pg_database WHERE datname = $1`,
    [name],
  )
  const settings = await server.root.query(
    `SELECT setrole::regrole::text AS role, setconfig FROM pg_db_role_setting s
       JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = $1 ORDER BY 1`,
    [name],
  )
  // Grants are told in the order in which they were made.
  const acl = String(database['acl'])
    .replaceAll(/^\{|\}$/g, '')
    .split(',')
    .sort()
  return { ...database, acl, settings }
}

it("what another site keeps at the same server is not this one's to drop, though its note names it", async () => {
  site = await server.site('superuser')
  await server.root.query('CREATE DATABASE infisical_of_others OWNER watcher')
  await server.root.query(`COMMENT ON DATABASE infisical_of_others IS 'Sealift keeps this: of others'`)
  expect(await drop('infisical_of_others')).toBe(false)
  expect(await server.databases()).toEqual(['infisical', 'infisical_of_others'])
})

it('a template is copied as one, and dropped', async () => {
  site = await server.site('role')
  await site.fill('CREATE TABLE things AS SELECT 1 AS n')
  await server.root.query('ALTER DATABASE infisical IS_TEMPLATE true')
  expect(await take()).toMatchObject({ warnings: [] })
  await back()
  expect(await attributes()).toMatchObject({ template: true })
  expect(await drop('infisical_failed_a1')).toBe(true)
})

it('what a killed migration has left is ended, and its lock freed', async () => {
  site = await server.site('superuser')
  const { services, own } = site
  await site.fill('CREATE TABLE infisical_migrations_lock AS SELECT 1 AS index, 1 AS is_locked')
  const left = await site.as()
  const working = left.query('SELECT pg_sleep(3600)')
  await Promise.all([expect(working).rejects.toThrow(), endSessions(services, own, watch)])
  await left.close()
  expect(await freeMigrationLock(services, own)).toBe(true)
  expect(await freeMigrationLock(services, own)).toBe(false)
  const session = await site.as()
  expect(await session.query('SELECT is_locked FROM infisical_migrations_lock')).toEqual([{ is_locked: 0 }])
  await session.query('DROP TABLE infisical_migrations_lock')
  await session.close()
  // A database that no server has migrated yet has none.
  expect(await freeMigrationLock(services, own)).toBe(false)
})

it('a copy that is gone leads nowhere, and nothing is moved', async () => {
  site = await server.site('superuser')
  expect(await rejection(back())).toMatchObject({
    ...{ code: 'DATABASE_UNFIT', message: 'the copy infisical_before_a1 is not in PostgreSQL any more' },
  })
  expect(await server.databases()).toEqual(['infisical'])
})
