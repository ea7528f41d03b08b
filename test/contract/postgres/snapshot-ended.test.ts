/** Copies inside a real PostgreSQL that end in the middle: killed, stopped, or ended by the server. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import type { Database } from '../../../src/kernel/ports/index.ts'
import { takeSnapshot } from '../../../src/site/snapshot/index.ts'
import { rejection } from '../../unit/site/wire/memory.ts'
import { type SnapshotServer, type SnapshotSite, snapshotServer } from './snapshot-site.ts'

let server: SnapshotServer
let site: SnapshotSite
beforeAll(async () => {
  server = await snapshotServer()
})
afterAll(() => server?.stop())

const watch = (signal = new AbortController().signal) => ({ signal, say: () => {} })
const take = (how = watch()) => takeSnapshot(site.services, site.own, { id: 'a1', about: '' }, how)

const large = `CREATE TABLE things AS SELECT n, repeat(md5(n::text), 40) AS text FROM generate_series(1, 150000) AS n`
/** Whether the server copies. */
const copying = `SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'CREATE DATABASE "infi%'`

/** A port to PostgreSQL that does something while the server copies. */
function duringCopy(work: () => Promise<void>): Database {
  const port = createPostgres()
  return {
    async open(login) {
      const session = await port.open(login)
      return {
        ...session,
        async query(sql, parameters) {
          const rows = session.query(sql, parameters)
          if (!sql.includes('TEMPLATE "infisical"')) return await rows
          await untilCopying(rows)
          await work()
          return await rows
        },
      }
    },
  }
}

async function untilCopying(copy: Promise<unknown>): Promise<void> {
  const ended = copy.then(
    () => true,
    () => true,
  )
  while ((await server.root.query(copying)).length === 0) if (await Promise.race([ended, false])) return
}

it('a run that is killed leaves the server copying: the next one ends that, and copies anew', async () => {
  site = await server.site('superuser')
  await site.fill(large)
  const dead = await site.as({ user: 'postgres', database: 'postgres' })
  const copy = dead.query('CREATE DATABASE "infisical_copying_a1" OWNER infisical TEMPLATE infisical')
  await untilCopying(copy)
  expect(await take()).toMatchObject({ changed: true })
  await copy.catch(() => {})
  await dead.close()
  expect(await server.databases()).toEqual(['infisical', 'infisical_before_a1'])
  expect(await site.rows('infisical_before_a1')).toBe(150_000)
})

it('a signal ends the copy at the server, and nothing of it is left', async () => {
  const stop = new AbortController()
  site = await server.site(
    'role',
    duringCopy(async () => stop.abort(new Error('stopped'))),
  )
  await site.fill(large)
  await expect(take(watch(stop.signal))).rejects.toThrow('stopped')
  expect(await server.root.query(copying)).toEqual([])
  expect(await server.databases()).toEqual(['infisical'])
  expect(await site.rows()).toBe(150_000)
})

it('the end of the server’s process is told, and the next run copies', async () => {
  let killed = false
  const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE DATABASE "infi%'`
  site = await server.site(
    'role',
    duringCopy(async () => {
      if (!killed) await server.root.query(kill)
      killed = true
    }),
  )
  await site.fill(large)
  expect(await rejection(take())).toMatchObject({ code: 'DATABASE_UNREACHABLE' })
  expect(await take()).toMatchObject({ changed: true })
  expect(await server.databases()).toEqual(['infisical', 'infisical_before_a1'])
})
