/** How many archives stay in a folder, and which of them. */
import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PodPrograms } from '../../../src/kernel/ports/index.ts'
import { backup } from '../../../src/site/verbs/backup.ts'
import { localPrograms } from '../../support/memory-programs.ts'
import { recordedTalk } from '../../support/recorded-talk.ts'
import { type BackupSite, backupSite, site, toServer } from './site.ts'

let world: BackupSite
let host: Awaited<ReturnType<BackupSite['installedHost']>>
let day = 0
beforeAll(async () => {
  world = await backupSite()
  host = await world.installedHost()
  await world.fill(100)
})
afterAll(() => world?.stop())

const names = async () => (await readdir(world.folder)).sort()
/** A backup that is rehearsed, a day after the last one. */
async function take(keep: number | undefined, programs: PodPrograms = host.programs) {
  const shift = ++day * 24 * 3600 * 1000
  const clock = { ...host.clock, now: () => host.clock.now() + shift }
  const request = {
    site,
    folder: world.folder,
    recipients: [world.recipient],
    rehearse: true,
    version: '1.0.0',
  }
  return await backup(
    { ...request, ...(keep === undefined ? {} : { keep }) },
    { ...host, clock, programs },
    recordedTalk(),
  )
}

test('all of them stay unless a number is said; then the newest do, once a restore was rehearsed', async () => {
  const [first, second] = [await take(undefined), await take(undefined)]
  expect(await names()).toEqual([first, second].map(({ path }) => basename(path)).sort())
  const third = await take(2)
  expect(third).toMatchObject({ rehearsed: true, removed: [first.path] })
  expect(await names()).toEqual([second, third].map(({ path }) => basename(path)).sort())
})

test('where the rehearsal fails, none goes, and the new one is there to be looked at', async () => {
  const before = await names()
  const real = toServer(localPrograms(), world.postgres.port)
  const failing: PodPrograms = {
    ...real,
    run: async (place, command, streams) =>
      command.includes('pg_restore') && !command.includes('--version')
        ? { code: 1, stdout: '', stderr: 'pg_restore: error: of a test' }
        : await real.run(place, command, streams),
  }
  await expect(take(1, failing)).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
    message: expect.stringContaining('of a test'),
  })
  expect(await names()).toEqual([...before, expect.stringMatching(/^bank-prod-.*\.backup\.age$/)])
  expect(await world.databases()).toEqual(['infisical'])
})
