/** PostgreSQL 15 and 17, and each one's tools at the other: what cannot be taken back is refused before anything is written. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SiteHost } from '../../../src/kernel/ports/index.ts'
import { rehearseBackup, restoreBackup, writeBackup } from '../../../src/site/backup/index.ts'
import { localPrograms } from '../../support/memory-programs.ts'
import { newerPostgres } from '../../support/newer-postgres.ts'
import { recordedTalk } from '../../support/recorded-talk.ts'
import { debianPostgres } from '../../support/services.ts'
import { type BackupSite, backupSite, site, toServer } from './site.ts'

const rows = 100
/** The majors, older first: Debian's own, and the newer. */
const worlds: BackupSite[] = []
const hosts: Awaited<ReturnType<BackupSite['installedHost']>>[] = []
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-majors-'))
  for (const programs of [debianPostgres(), await newerPostgres()]) {
    const world = await backupSite({ programs, ...(worlds[0] && { keys: worlds[0].keys }) })
    worlds.push(world)
    hosts.push(await world.installedHost())
    await world.fill(rows)
  }
})
afterAll(async () => {
  for (const world of worlds) await world.stop()
  await rm(folder, { recursive: true, force: true })
})

/** One of the two, with its host. */
function at(index: number) {
  const [world, host] = [worlds[index], hosts[index]]
  if (world === undefined || host === undefined) throw new Error('not started')
  return { world, host }
}
/** The host of one whose pod has the tools of the other. */
function withToolsOfOther(index: number): SiteHost {
  const { world, host } = at(index)
  const bin = at(1 - index).world.postgres.programs
  return { ...host, programs: toServer(localPrograms({ bin }), world.postgres.port) }
}
const backup = (host: SiteHost) =>
  writeBackup(
    { site, folder, recipients: [at(0).world.recipient, at(1).world.recipient], version: '1.0.0' },
    host,
    recordedTalk(),
  )
const archive = (index: number, path: string) => ({ site, path, identities: [at(index).world.identity] })
const major = async (index: number) => {
  const [row] = await at(index).world.sql('SHOW server_version')
  return Number.parseInt(String(row?.['server_version']), 10)
}
const both = [
  [0, 'newer'],
  [1, 'older'],
] as const

test('they are two majors', async () => {
  expect(await major(0)).toBeLessThan(await major(1))
})

describe.each(both)('server %i with the tools of a %s one', index => {
  const said = async (tool: string) =>
    `${tool} of pod databases/postgres-cluster-rw-0 is of version ${await major(1 - index)}.`

  test('no archive is written', async () => {
    await expect(backup(withToolsOfOther(index))).rejects.toMatchObject({
      code: 'BACKUP_FAILED',
      message: expect.stringContaining(await said('pg_dump')),
      hints: expect.arrayContaining([expect.stringContaining('tools of its own version')]),
    })
    expect(await readdir(folder)).toEqual([])
  })

  test('nothing is put back, and no database is left', async () => {
    const { path } = await backup(at(index).host)
    try {
      const host = withToolsOfOther(index)
      for (const work of [rehearseBackup, restoreBackup])
        await expect(work(archive(index, path), host, recordedTalk())).rejects.toMatchObject({
          code: 'BACKUP_FAILED',
          message: expect.stringContaining(await said('pg_restore')),
        })
      expect(await at(index).world.databases()).toEqual(['infisical'])
      expect(await at(index).world.rows('secrets')).toBe(rows)
    } finally {
      await rm(path)
    }
  })
})

test('an archive of the older one comes back on the newer, every row of it', async () => {
  const { path } = await backup(at(0).host)
  try {
    const { setAside } = await restoreBackup(archive(1, path), at(1).host, recordedTalk())
    expect(await at(1).world.databases()).toEqual(['infisical', setAside])
    expect(await at(1).world.rows('secrets')).toBe(rows)
  } finally {
    await rm(path)
    await at(1).world.onlyInfisical()
  }
})

test('an archive of the newer one is refused on the older, which goes on as it was', async () => {
  const { path } = await backup(at(1).host)
  try {
    await expect(restoreBackup(archive(0, path), at(0).host, recordedTalk())).rejects.toMatchObject({
      code: 'BACKUP_FAILED',
      message: expect.stringMatching(
        /^the backup is of PostgreSQL 17\.\d+, and the server here is 15\.\d+: an older one/,
      ),
      hints: ['bring PostgreSQL 17 or a newer one'],
    })
    expect(await at(0).world.databases()).toEqual(['infisical'])
    expect(await at(0).world.rows('secrets')).toBe(rows)
  } finally {
    await rm(path)
  }
})

test('why: the newer pg_restore sets transaction_timeout, which the older server does not know', async () => {
  const [older, newer] = [at(0).world.postgres, at(1).world.postgres]
  const dump = join(folder, 'x.dump')
  const run = (bin: string, program: string, words: readonly string[], reject = true) =>
    execa(join(bin, program), words, { env: { PGPASSWORD: older.password }, reject })
  const where = ['-h', older.host, '-p', String(older.port), '-U', older.user]
  await run(older.programs, 'pg_dump', [...where, '-Fc', '-f', dump, 'infisical'])
  await older.createDatabase('strict')
  const strictly = ['--exit-on-error', '--single-transaction', '-d', 'strict', dump]
  const failed = await run(newer.programs, 'pg_restore', [...where, ...strictly], false)
  expect(failed.exitCode).toBe(1)
  expect(failed.stderr).toContain('unrecognized configuration parameter "transaction_timeout"')
  expect(await at(0).world.sql(`SELECT 1 FROM pg_tables WHERE tablename = 'secrets'`, 'strict')).toEqual([])
  await run(older.programs, 'pg_restore', [...where, ...strictly])
  await rm(dump)
})
