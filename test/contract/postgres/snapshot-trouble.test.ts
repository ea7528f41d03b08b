/** What stands in the way of a copy and its return at a real PostgreSQL: others, rights, collations. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { DatabaseSession } from '../../../src/kernel/ports/index.ts'
import { judgeWayBack } from '../../../src/site/compatibility/index.ts'
import { dropSnapshot, goBack, mayTakeSnapshot, takeSnapshot } from '../../../src/site/snapshot/index.ts'
import { rejection } from '../../unit/site/wire/memory.ts'
import { type SnapshotServer, type SnapshotSite, snapshotServer, type Way } from './snapshot-site.ts'

let server: SnapshotServer
let site: SnapshotSite
beforeAll(async () => {
  server = await snapshotServer({ max_prepared_transactions: '2' })
})
afterAll(() => server?.stop())

const watch = (signal = new AbortController().signal) => ({ signal, say: () => {} })
const take = (how = watch()) => takeSnapshot(site.services, site.own, { id: 'a1', about: '' }, how)
const back = () => goBack(site.services, site.own, { id: 'a1', at: '2026-11-30T00:00:00.000Z' }, watch())
const root = (...statements: readonly string[]) => each(server.root, statements)

async function each(session: DatabaseSession, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await session.query(statement)
}

/** Somebody's session that lasts as long as the test. */
async function visitor(user: string, program: string, database = 'infisical'): Promise<DatabaseSession> {
  const session = await site.as({ user, database })
  onTestFinished(() => session.close())
  await session.query(`SET application_name = '${program}'`)
  return session
}

describe.each<Way>(['superuser', 'administrator', 'uri'])('others that are connected, as %s', way => {
  it('are named and go on, while Infisical’s own are ended', async () => {
    site = await server.site(way)
    await root('GRANT CONNECT ON DATABASE infisical TO watcher')
    const [left, others] = [await site.as(), await visitor('watcher', 'monitoring')]
    const named = expect.stringMatching(/^monitoring, as watcher from .*, in infisical \(process \d+\)$/)
    expect(await mayTakeSnapshot(site.services, site.own)).toMatchObject({ others: [named] })
    expect((await judgeWayBack(site.services, site.own)).finding).toMatchObject({
      ok: 'doubt',
      seen: expect.stringMatching(
        /can be copied, as the .*, once nobody else is connected: monitoring, as watcher/,
      ),
    })
    expect(await rejection(take())).toMatchObject({
      code: 'DATABASE_UNFIT',
      message: expect.stringContaining('in use by 1 session of others'),
      faults: [named],
    })
    expect(await others.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
    await expect(left.query('SELECT 1')).rejects.toThrow()
    await left.close()
    expect(await server.databases()).toEqual(['infisical'])
  })
})

it('who only looks in is waited for, before the copy and before the return', async () => {
  site = await server.site('uri')
  await root('GRANT CONNECT ON DATABASE infisical TO watcher')
  for (const step of [() => take(), () => back()]) {
    const session = await site.as({ user: 'watcher' })
    const done = step()
    setTimeout(() => session.close(), 300)
    expect(await done).toMatchObject({ changed: true })
  }
})

it('a transaction that was prepared is named, with how it ends', async () => {
  site = await server.site('role')
  const session = await site.as()
  await each(session, ['BEGIN', 'CREATE TABLE things (n int)', "PREPARE TRANSACTION 'left'"])
  await session.close()
  const refused = {
    code: 'DATABASE_UNFIT',
    message: expect.stringContaining('in use by 1 prepared transaction'),
    faults: ['transaction left, prepared by infisical in infisical and not ended'],
    hints: [expect.stringContaining('ROLLBACK PREPARED')],
  }
  expect(await rejection(take())).toMatchObject(refused)
  await site.fill("ROLLBACK PREPARED 'left'")
  await take()
  await each(await site.as(), ['BEGIN', 'CREATE TABLE things (n int)', "PREPARE TRANSACTION 'left'"])
  expect(await rejection(back())).toMatchObject(refused)
  expect(await server.databases()).toEqual(['infisical', 'infisical_before_a1'])
  await site.fill("COMMIT PREPARED 'left'")
  expect(await back()).toMatchObject({ changed: true })
})

it('others in what is kept are named where they may not be ended', async () => {
  site = await server.site('uri')
  await take()
  const others = await visitor('postgres', 'dump', 'infisical_before_a1')
  const dropping = () => dropSnapshot(site.services, site.own, 'infisical_before_a1')
  expect(await rejection(dropping())).toMatchObject({
    code: 'DATABASE_UNFIT',
    faults: [expect.stringMatching(/^dump, as postgres from .*, in infisical_before_a1/)],
  })
  await others.close()
  expect(await dropping()).toBe(true)
})

describe('who may not is told before anything', () => {
  it.each<[Way, string, string, string]>([
    [
      'uri',
      'ALTER ROLE infisical NOCREATEDB',
      'infisical may not make databases',
      'ALTER ROLE infisical CREATEDB',
    ],
    [
      'administrator',
      'ALTER ROLE dba NOCREATEDB',
      'neither infisical nor administrator dba may make databases',
      'ALTER ROLE dba CREATEDB',
    ],
    [
      'uri',
      'ALTER DATABASE infisical OWNER TO watcher',
      'database infisical belongs to watcher, and infisical may not copy or rename it',
      'ALTER DATABASE infisical OWNER TO infisical',
    ],
  ])('as %s: %s', async (way, sql, fault, hint) => {
    site = await server.site(way)
    onTestFinished(() => root('ALTER ROLE dba CREATEDB'))
    await root(sql)
    expect(await mayTakeSnapshot(site.services, site.own)).toEqual({
      fault: expect.stringContaining(fault),
      hint: expect.stringContaining(hint),
    })
    expect(await rejection(take())).toMatchObject({ code: 'DATABASE_DENIED' })
    expect(await server.databases()).toEqual(['infisical'])
  })

  it('a role that is let into neither postgres nor template1 copies nothing', async () => {
    site = await server.site('uri')
    const [postgres, template] = ['postgres', 'template1'].map(name => `ON DATABASE ${name}`)
    onTestFinished(() => root(`GRANT CONNECT ${postgres} TO PUBLIC`, `GRANT CONNECT ${template} TO PUBLIC`))
    await root(`REVOKE CONNECT ${postgres} FROM PUBLIC`)
    expect(await take()).toMatchObject({ changed: true })
    await root(`REVOKE CONNECT ${template} FROM PUBLIC`)
    expect(await mayTakeSnapshot(site.services, site.own)).toMatchObject({
      fault: expect.stringContaining('permission denied for database "postgres"'),
      hint: expect.stringContaining('let the role into postgres'),
    })
  })
})

it('one that belongs to a role of which Infisical’s is a member is copied as that role’s', async () => {
  site = await server.site('role')
  onTestFinished(async () => {
    await site.services.cluster.info()
    await root(
      'ALTER DATABASE infisical OWNER TO infisical',
      'DROP DATABASE infisical_failed_a1',
      'DROP ROLE owners',
    )
  })
  await root('CREATE ROLE owners', 'GRANT owners TO infisical', 'ALTER DATABASE infisical OWNER TO owners')
  await take()
  await back()
  const owners = await server.root.query(
    `SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname LIKE 'infisical%'`,
  )
  expect(owners).toEqual([{ owner: 'owners' }, { owner: 'owners' }])
})

it('attributes that the role may not set are told with the statement, without a value', async () => {
  site = await server.site('uri')
  await root(
    `ALTER DATABASE infisical SET log_min_duration_statement TO '5s'`,
    `ALTER ROLE watcher IN DATABASE infisical SET "app.key" TO 'hunter2'`,
  )
  const { changed, warnings } = await take()
  expect(changed).toBe(true)
  expect([...warnings].sort()).toEqual([
    expect.stringMatching(
      /setting app\.key \(.*\): ALTER ROLE "watcher" IN DATABASE "infisical" SET "app\.key" TO …$/,
    ),
    expect.stringMatching(
      /setting log_min_duration_statement \(permission denied .*\): ALTER DATABASE "infisical" SET "log_min_duration_statement" TO …$/,
    ),
  ])
  expect(warnings.join()).not.toContain('hunter2')
})

it('a database whose collations have moved on is copied with the version that it has, and that is told', async () => {
  site = await server.site('role')
  const versions = () =>
    server.root.query(
      `SELECT datname, datcollversion FROM pg_database WHERE datname LIKE 'infisical%' ORDER BY 1`,
    )
  await root(`UPDATE pg_database SET datcollversion = '1.0' WHERE datname = 'infisical'`)
  expect(await take()).toMatchObject({
    warnings: [expect.stringMatching(/made with version 1\.0 of its collation, .*REINDEX DATABASE/)],
  })
  expect(await versions()).toEqual([
    { datname: 'infisical', datcollversion: '1.0' },
    { datname: 'infisical_before_a1', datcollversion: '1.0' },
  ])
})
