/** The archive that an upgrade takes first, of a real PostgreSQL by its real tools: written, tried, and older ones removed. */
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requireArchivable, takeArchive } from '../../../src/site/backup/index.ts'
import { localPrograms, noPrograms } from '../../support/memory-programs.ts'
import { recordedTalk } from '../../support/recorded-talk.ts'
import { type BackupSite, backupSite, site, toServer } from './site.ts'

let world: BackupSite
let host: Awaited<ReturnType<BackupSite['installedHost']>>
beforeAll(async () => {
  world = await backupSite()
  host = await world.installedHost(toServer(localPrograms(), world.postgres.port))
  await world.fill()
})
afterAll(() => world?.stop())

const wanted = (keep: number) => ({
  ...{ folder: join(world.folder, 'safe'), recipients: [world.recipient], rehearse: true, keep },
})
const about = { site, version: '1.0.0' }

test('it can be taken, is tried, and replaces those of before', async () => {
  await requireArchivable(wanted(1), site, host, recordedTalk())
  const first = await takeArchive(wanted(2), about, host, recordedTalk())
  expect(first).toMatchObject({ rehearsed: true, removed: [], recipients: [world.recipient] })
  // Names have a time to the second.
  const later = { ...host, clock: { ...host.clock, now: () => host.clock.now() + 2000 } }
  const second = await takeArchive(wanted(1), about, later, recordedTalk())
  expect(second.removed).toEqual([first.path])
  expect(await readdir(wanted(1).folder)).toEqual([basename(second.path)])
  expect(await world.databases()).toEqual(['infisical'])
})

test('without a pod of PostgreSQL it cannot be', async () => {
  await expect(
    requireArchivable(wanted(1), site, { ...host, programs: noPrograms }, recordedTalk()),
  ).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
    message: expect.stringContaining('is no pod of this cluster'),
  })
})

test('nor with a pg_dump of another major version', async () => {
  const programs = {
    ...host.programs,
    run: async () => ({ code: 0, stdout: 'pg_dump (PostgreSQL) 12.1\n', stderr: '' }),
  }
  await expect(
    requireArchivable(wanted(1), site, { ...host, programs }, recordedTalk()),
  ).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
    message: expect.stringContaining('is of version 12.1'),
  })
})
