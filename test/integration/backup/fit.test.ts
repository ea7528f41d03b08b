/** A backup of another version than the one that is installed: what its server would not start with is not put back. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { digestOf } from '../../../src/kernel/oci/index.ts'
import { rehearseBackup, restoreBackup, writeBackup } from '../../../src/site/backup/index.ts'
import { beginUpgrade, noteUpgrade, type UpgradeNote } from '../../../src/site/install/index.ts'
import { recordedTalk } from '../../support/recorded-talk.ts'
import { type BackupSite, backupSite, site } from './site.ts'

let world: BackupSite
let host: Awaited<ReturnType<BackupSite['installedHost']>>
let path: string
beforeAll(async () => {
  world = await backupSite()
  host = await world.installedHost()
  await world.fill(100)
  const wanted = { site, folder: world.folder, recipients: [world.recipient], version: '1.0.0' }
  path = (await writeBackup(wanted, host, recordedTalk())).path
})
afterAll(() => world?.stop())
beforeEach(async () => {
  await world.onlyInfisical()
  await world.sql('TRUNCATE infisical_migrations', 'infisical')
})

/** Migrations m1 to `last` in the database that is served; the backup has 40. */
const served = (last: number, extension = '') =>
  world.sql(
    `INSERT INTO infisical_migrations (name) SELECT 'm' || n || '${extension}' FROM generate_series(1, ${last}) n`,
    'infisical',
  )
const restoring = (talk = recordedTalk()) =>
  restoreBackup({ site, path, identities: [world.identity] }, host, talk)

test('one of a newer server is refused by the names of what is not known here, and the server goes on', async () => {
  await served(38)
  await expect(restoring()).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
    message: 'the backup has 2 migrations that the server here does not know: it would not start',
    faults: ['m39', 'm40'],
    hints: [expect.stringMatching(/^it was made with .*upgrade the site to that first/), expect.anything()],
  })
  const rehearsing = rehearseBackup({ site, path, identities: [world.identity] }, host, recordedTalk())
  await expect(rehearsing).rejects.toMatchObject({ code: 'BACKUP_FAILED', faults: ['m39', 'm40'] })
  expect(await world.databases()).toEqual(['infisical'])
  expect(await world.rows('infisical_migrations')).toBe(38)
})

test('one of another line is refused as well', async () => {
  await served(39)
  await world.sql(`INSERT INTO infisical_migrations (name) VALUES ('of another line')`, 'infisical')
  await expect(restoring()).rejects.toMatchObject({
    message:
      'the backup has 1 migration that the server here does not know, and lacks 1 migration of its: it would not start',
    faults: ['m40'],
  })
})

test('an older one is put back, and what the server will run is told; names are compared without extension', async () => {
  await served(42, '.mjs')
  const talk = recordedTalk()
  expect(await restoring(talk)).toMatchObject({ started: true, wayBack: false })
  expect(talk.told).toContainEqual(
    expect.stringContaining('the backup lacks 2 migrations of the server here, which runs them at its start'),
  )
  expect(await world.rows('infisical_migrations')).toBe(40)
})

test('where the database here tells none, that is said, and it is put back', async () => {
  await world.sql('DROP TABLE infisical_migrations', 'infisical')
  const talk = recordedTalk()
  expect(await restoring(talk)).toMatchObject({ started: true })
  expect(talk.told).toContainEqual(expect.stringMatching(/^warning: the database here tells no migrations/))
})

test('while an upgrade is not at its end, nothing is put back over what it goes on with', async () => {
  await served(40)
  const at = '2026-11-30T00:00:00.000Z'
  const note: UpgradeNote = {
    id: 'a1',
    from: { name: 'sample', version: '1.0.0', bundle: digestOf('old') },
    to: { name: 'sample', version: '1.1.0', bundle: digestOf('new') },
    ...{ since: at, state: 'begun', at, releases: [] },
  }
  await beginUpgrade(host.cluster, note)
  await expect(restoring()).rejects.toMatchObject({
    code: 'UPGRADE_UNFIT',
    message: 'an upgrade to sample 1.1.0 has begun here and is not at its end',
    hints: ['run sealift upgrade with its bundle again: it goes on from there', expect.anything()],
  })
  // Its database is gone, and no copy was made: nothing else is left.
  await world.sql('ALTER DATABASE infisical RENAME TO elsewhere')
  expect(await restoring()).toMatchObject({ started: false, wayBack: true })
  expect(await world.rows('infisical_migrations')).toBe(40)
  await noteUpgrade(host.cluster, note, { state: 'returned' })
  expect(await restoring()).toMatchObject({ started: true, wayBack: false })
})
