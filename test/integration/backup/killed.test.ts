/** What is killed in the middle: the database that there was serves, no half of a file has an archive's name, a rerun works. */
import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { countsIn } from '../../../src/kernel/objects/index.ts'
import { kinds, type PodPrograms } from '../../../src/kernel/ports/index.ts'
import { rehearseBackup, restoreBackup, writeBackup } from '../../../src/site/backup/index.ts'
import { recordedTalk } from '../../support/recorded-talk.ts'
import { atPiece } from './moments.ts'
import { type BackupSite, backupSite, site } from './site.ts'

let world: BackupSite
let host: Awaited<ReturnType<BackupSite['installedHost']>>
beforeAll(async () => {
  world = await backupSite()
  host = await world.installedHost()
  await world.fill(200_000)
})
afterAll(() => world?.stop())
beforeEach(() => world.onlyInfisical())

const request = () => ({ site, folder: world.folder, recipients: [world.recipient], version: '1.0.0' })

/** Programs of which one is cut off at the server, once it has given or read something: its session is ended. */
const cutOff = (tool: string): PodPrograms =>
  atPiece(host.programs, tool, async () => {
    await world.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${tool}'`,
    )
  })

test('a dump that ends in the middle leaves no archive', async () => {
  const failing = writeBackup(request(), { ...host, programs: cutOff('pg_dump') }, recordedTalk())
  await expect(failing).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
    message: expect.stringContaining('pg_dump did not come to its end'),
  })
  expect(await readdir(world.folder)).toEqual([])
  const made = await writeBackup(request(), host, recordedTalk())
  expect(made.database.bytes).toBeGreaterThan(100_000)
})

test('an interrupted dump leaves none either', async () => {
  const before = await readdir(world.folder)
  const stop = new AbortController()
  const programs: PodPrograms = {
    ...host.programs,
    run: (place, command, streams) =>
      host.programs.run(place, command, {
        ...streams,
        ...(streams.output && {
          async output(bytes) {
            stop.abort(new Error('stopped'))
            await streams.output?.(bytes)
          },
        }),
      }),
  }
  const talk = { ...recordedTalk(), signal: stop.signal }
  await expect(writeBackup(request(), { ...host, programs }, talk)).rejects.toThrow('stopped')
  expect(await readdir(world.folder)).toEqual(before)
})

test('a signal ends a count of rows at the server, whoever holds them up', async () => {
  const before = await readdir(world.folder)
  const stop = new AbortController()
  const other = await host.database.open(world.login('infisical'))
  await other.query('BEGIN')
  await other.query('LOCK TABLE secrets IN ACCESS EXCLUSIVE MODE')
  const backing = writeBackup(request(), host, { ...recordedTalk(), signal: stop.signal })
  const failing = expect(backing).rejects.toThrow('stopped')
  const waits = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'SELECT count(*)%'`
  while ((await world.sql(waits)).length === 0);
  stop.abort(new Error('stopped'))
  await failing
  expect([await world.sql(waits), await readdir(world.folder)]).toEqual([[], before])
  await other.close()
})

test('a restore that ends in the middle leaves the database as it was, and a rerun works', async () => {
  const { path } = await writeBackup(request(), host, recordedTalk())
  const which = { site, path, identities: [world.identity] }
  await world.sql('DELETE FROM secrets WHERE id > 5', 'infisical')
  const failing = restoreBackup(which, { ...host, programs: cutOff('pg_restore') }, recordedTalk())
  await expect(failing).rejects.toMatchObject({ code: 'BACKUP_FAILED' })
  expect([await world.databases(), await world.rows('secrets')]).toEqual([['infisical'], 5])
  const done = await restoreBackup(which, host, recordedTalk())
  expect([await world.databases(), await world.rows('secrets')]).toEqual([
    ['infisical', done.setAside],
    200_000,
  ])
})

test('killed while Infisical is stopped: the rerun starts as many pods as there were', async () => {
  const { path } = await writeBackup(request(), host, recordedTalk())
  const which = { site, path, identities: [world.identity] }
  const killed = new Error('killed')
  const dying = {
    ...host,
    // Whoever is killed does nothing any more, whatever it is asked to clean up.
    cluster: {
      ...host.cluster,
      list: async () => {
        throw killed
      },
      scale: async (...words: Parameters<typeof host.cluster.scale>) => {
        if (words[2] > 0) throw killed
        await host.cluster.scale(...words)
      },
    },
  }
  await expect(restoreBackup(which, dying, recordedTalk())).rejects.toBe(killed)
  const replicas = async () =>
    countsIn((await host.cluster.get(kinds.deployment, 'infisical', 'infisical'))?.['spec'])['replicas']
  expect(await replicas()).toBe(0)
  await rehearseBackup(which, host, recordedTalk())
  await restoreBackup(which, host, recordedTalk())
  expect(await replicas()).toBe(2)
})
