/** What a restore makes beside the database that there is, what it leaves of it, and what it must not need. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { countsIn } from '../../../src/kernel/objects/index.ts'
import { kinds } from '../../../src/kernel/ports/index.ts'
import { rehearseBackup, restoreBackup, writeBackup } from '../../../src/site/backup/index.ts'
import { dropSnapshot, snapshots } from '../../../src/site/snapshot/index.ts'
import { ownDatabase, servicesOf, storedKeys } from '../../../src/site/wire/index.ts'
import { localPrograms } from '../../support/memory-programs.ts'
import { recordedTalk } from '../../support/recorded-talk.ts'
import { type BackupSite, backupSite, site, toServer } from './site.ts'

let world: BackupSite
let host: Awaited<ReturnType<BackupSite['installedHost']>>
let path: string
beforeAll(async () => {
  world = await backupSite()
  host = await world.installedHost()
  await world.fill(1000)
  path = (await writeBackup(request(), host, recordedTalk())).path
})
afterAll(() => world?.stop())
beforeEach(() => world.onlyInfisical())

const request = () => ({ site, folder: world.folder, recipients: [world.recipient], version: '1.0.0' })
const which = () => ({ site, path, identities: [world.identity] })
const replicas = async () =>
  countsIn((await host.cluster.get(kinds.deployment, 'infisical', 'infisical'))?.['spec'])['replicas']
async function settings(): Promise<unknown[]> {
  return await world.sql(
    `SELECT setrole::regrole::text AS role, setconfig FROM pg_db_role_setting s
       JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = 'infisical' ORDER BY 1`,
  )
}

test('settings come along, and what is set aside is known as kept until it is dropped', async () => {
  await world.sql(`ALTER DATABASE infisical SET work_mem TO '7MB'`)
  await world.sql(`ALTER ROLE infisical IN DATABASE infisical SET search_path TO "$user", public`)
  const before = await settings()
  const { setAside = '' } = await restoreBackup(which(), host, recordedTalk())
  expect(await settings()).toEqual(before)
  const services = servicesOf(site, host, 'infisical')
  const own = await ownDatabase(services, await storedKeys(host.cluster, 'infisical'))
  expect(await snapshots(services, own)).toMatchObject([
    { database: setAside, about: expect.stringMatching(/^set aside at .*Z, by a restore$/) },
  ])
  expect(await dropSnapshot(services, own, setAside)).toBe(true)
  expect(await world.databases()).toEqual(['infisical'])
})

test('as the role itself: what it may not set is told, and where it may make no database, that is', async () => {
  await world.sql(`ALTER DATABASE infisical SET log_min_duration_statement TO '5s'`)
  await host.cluster.delete(kinds.secret, 'postgres-superuser', 'databases')
  const { admin: _, ...database } = site.database
  const secret = { namespace: 'infisical', name: 'infisical-secrets', key: 'DB_CONNECTION_URI' }
  const byUri = { ...which(), site: { ...site, database: { ...database, uri: secret } } }
  await expect(restoreBackup(byUri, host, recordedTalk())).rejects.toMatchObject({
    code: 'DATABASE_DENIED',
    hints: [expect.stringContaining('ALTER ROLE infisical CREATEDB')],
  })
  expect([await world.databases(), await replicas()]).toEqual([['infisical'], 2])
  await world.sql('ALTER ROLE infisical CREATEDB')
  const talk = recordedTalk()
  expect(await restoreBackup(byUri, host, talk)).toMatchObject({ started: true })
  expect(talk.told).toEqual([
    expect.stringMatching(
      /^warning: infisical lacks what only an administrator may give it: setting log_min_duration_statement/,
    ),
  ])
  await world.sql(`ALTER DATABASE infisical RESET log_min_duration_statement`)
})

test('a rehearsal and a restore come to no name that a killed run has left', async () => {
  await world.sql('CREATE DATABASE infisical_rehearsal_0123abcd OWNER infisical')
  await world.sql('CREATE DATABASE infisical_restoring_0123abcd OWNER infisical')
  await world.sql('CREATE DATABASE infisical_restoring_notes OWNER infisical')
  await rehearseBackup(which(), host, recordedTalk())
  const { setAside } = await restoreBackup(which(), host, recordedTalk())
  expect(await world.databases()).toEqual(['infisical', 'infisical_restoring_notes', setAside].sort())
})

test('where Infisical does not stop, it is started again, and nothing was renamed', async () => {
  const { cluster } = host
  const stuck = {
    ...kinds.pod,
    metadata: { name: 'infisical-0', namespace: 'infisical', labels: { app: 'infisical' } },
  }
  await cluster.apply(stuck)
  // Minutes are soon over.
  const clock = { ...host.clock, now: () => 1000 * host.clock.now() }
  await expect(restoreBackup(which(), { ...host, clock }, recordedTalk())).rejects.toMatchObject({
    code: 'CLUSTER_FAILED',
    faults: ['pod infisical/infisical-0'],
  })
  expect([await replicas(), await world.databases()]).toEqual([2, ['infisical']])
  await cluster.delete(kinds.pod, 'infisical-0', 'infisical')
})

test('tools of another major than the server’s are refused, and so is a pod that has none', async () => {
  const bin = join(world.folder, 'bin')
  await mkdir(bin)
  const before = await readdir(world.folder)
  const say = (text: string) => writeFile(join(bin, 'pg_dump'), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  const programs = toServer(localPrograms({ bin }), world.postgres.port)
  const failing = () => writeBackup(request(), { ...host, programs }, recordedTalk())
  await say('echo "pg_dump (PostgreSQL) 99.2 (Debian 99.2-1)"')
  await expect(failing()).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
    message: expect.stringMatching(/is of version 99\.2, the server of \d+/),
  })
  await say('echo "sh: pg_dump: not found" >&2; exit 127')
  await expect(failing()).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
    message: 'pod databases/postgres-cluster-rw-0 has no pg_dump that runs: sh: pg_dump: not found',
  })
  expect(await readdir(world.folder)).toEqual(before)
})
