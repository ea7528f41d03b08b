/** An archive of a real PostgreSQL 15, by its real tools, and its way back. */
import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rehearseBackup, restoreBackup, writeBackup } from '../../../src/site/backup/index.ts'
import { recordedTalk } from '../../support/recorded-talk.ts'
import { type BackupSite, backupSite, site } from './site.ts'

let world: BackupSite
let host: Awaited<ReturnType<BackupSite['installedHost']>>
beforeAll(async () => {
  world = await backupSite()
  host = await world.installedHost()
  for (const statement of [
    'CREATE EXTENSION pg_trgm',
    'CREATE TABLE public.infisical_migrations (id serial PRIMARY KEY, name text)',
    `INSERT INTO infisical_migrations (name) SELECT 'm' || n FROM generate_series(1, 40) n`,
    'CREATE TABLE secrets (id serial PRIMARY KEY, value bytea)',
    `INSERT INTO secrets (value) SELECT sha256(n::text::bytea) FROM generate_series(1, 20000) n`,
    'CREATE INDEX ON secrets (value)',
  ])
    await world.sql(`SET ROLE infisical; ${statement}`, 'infisical')
})
afterAll(() => world?.stop())

const request = () => ({ site, folder: world.folder, recipients: [world.recipient], version: '1.0.0' })
const rowsOf = async (table: string, database = 'infisical') =>
  Number((await world.sql(`SELECT count(*)::int AS n FROM ${table}`, database))[0]?.['n'])
const databases = async () =>
  (await world.sql(`SELECT datname FROM pg_database WHERE datname LIKE 'infisical%' ORDER BY 1`)).map(
    row => row['datname'],
  )

test('what a backup has comes back, and what was there is set aside', async () => {
  const made = await writeBackup(request(), host, recordedTalk())
  expect(await readdir(world.folder)).toEqual([made.path.split('/').at(-1)])
  const identities = [world.identity]
  const rehearsed = await rehearseBackup({ site, path: made.path, identities }, host, recordedTalk())
  expect(rehearsed).toMatchObject({ tables: 2, rows: 20040 })
  expect(await databases()).toEqual(['infisical'])
  await world.sql('DROP TABLE secrets', 'infisical')
  const done = await restoreBackup({ site, path: made.path, identities }, host, recordedTalk())
  expect(done).toMatchObject({ database: 'infisical', started: true, keys: [] })
  expect(await rowsOf('secrets')).toBe(20_000)
  expect(await databases()).toEqual(['infisical', done.setAside])
})
