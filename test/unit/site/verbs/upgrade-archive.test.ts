import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { readSite } from '../../../../src/kernel/inputs/site-file.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { rehearseBackup } from '../../../../src/site/backup/index.ts'
import { readUpgrade, type UpgradeNote } from '../../../../src/site/install/index.ts'
import { running, runsPods, waiting } from '../../../support/kubelet-in-memory.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { sampleImages } from '../../../support/sample-bundle.ts'
import { mortal } from './mortal-host.ts'
import {
  archive,
  archiveIdentity,
  type UpgradeWorld,
  upgradeOn,
  upgradeWorld,
  versionOf,
} from './upgrade-world.ts'

const archives = async ({ host }: UpgradeWorld) =>
  (await host.files.entries('safe')).map(({ name }) => `safe/${name}`)
const untouched = {
  receipt: '1.0.0',
  begun: undefined,
  schema: 'older',
  server: 'older',
  databases: ['infisical'],
}

test('an upgrade writes an archive and tries its restore before anything is moved', async () => {
  const world = await upgradeWorld()
  world.databases.set('infisical', { schema: 'older', comment: '', written: ['of before'] })
  const { upgrade, steps } = await upgradeOn(world.host)
  const [path = '', ...others] = await archives(world)
  expect(others).toEqual([])
  expect(upgrade?.archive).toMatchObject({ path, rehearsed: true })
  expect(path).toContain(upgrade?.archive?.digest.slice(0, 12))
  expect(upgrade?.gaveUp).toEqual([])
  const backup = steps.find(({ id }) => id === 'backup')
  expect(backup?.detail).toContain('every table came back from it with its rows')
  const ends = (id: string) => {
    const { startedAfter = 0, milliseconds = 0 } = steps.find(step => step.id === id) ?? {}
    return startedAfter + milliseconds
  }
  for (const { id, startedAfter } of steps)
    if (id !== 'backup' && !id.startsWith('images'))
      expect(startedAfter).toBeGreaterThanOrEqual(ends('backup'))
  // It is of before, and opens.
  const { site } = await readSite('site.yaml', world.host.files)
  const tried = { site, path, identities: [archiveIdentity] }
  expect(await rehearseBackup(tried, world.host, recordedTalk())).toMatchObject({ tables: 1, rows: 1 })
  expect((await versionOf(world)).databases).toEqual(['infisical', 'infisical_before'])
})

test('nobody who could open it: said before anything is changed', async () => {
  const world = await upgradeWorld()
  const nobody = { archive: { ...archive, recipients: [] } }
  await expect(upgradeOn(world.host, '1.1.0', recordedTalk(), nobody)).rejects.toMatchObject({
    code: 'KEY_INVALID',
    hints: expect.arrayContaining(['or go without it, and say so: --no-backup']),
  })
  expect(await versionOf(world)).toEqual(untouched)
  expect(await readUpgrade(world.cluster)).toBeUndefined()
})

test.each([
  [
    'no pod of it',
    (world: UpgradeWorld) => {
      world.host = {
        ...world.host,
        programs: { ...world.host.programs, behindService: async () => undefined },
      }
    },
  ],
  ['a pod without pg_dump', ({ brokenTools }: UpgradeWorld) => void brokenTools.add('pg_dump')],
])('a PostgreSQL with %s: said before anything is changed', async (_, spoil) => {
  const world = await upgradeWorld()
  spoil(world)
  await expect(upgradeOn(world.host)).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
    hints: expect.arrayContaining(['or go without it, and say so: --no-backup']),
  })
  expect(await versionOf(world)).toEqual(untouched)
  expect(await readUpgrade(world.cluster)).toBeUndefined()
})

describe('where PostgreSQL is no pod, and the site file names an image for its tools', () => {
  const outside = async (image: string) => {
    const world = await upgradeWorld()
    const { host, cluster } = world
    const text = await host.files.readText('site.yaml')
    await host.files.write(
      'site.yaml',
      Buffer.from(text.replace('database:\n', `database:\n  tools: ${image}\n`)),
    )
    world.host = { ...host, programs: { ...host.programs, behindService: async () => undefined } }
    const states = [waiting('ErrImageNeverPull', 'not present with pull policy of Never')]
    const made = await runsPods(cluster, () => states.shift() ?? running)
    return { world, made }
  }

  test('one that only the new bundle brings is waited for, and no pod stays', async () => {
    const { world, made } = await outside(sampleImages.plain)
    const { upgrade, steps } = await upgradeOn(world.host)
    expect(upgrade?.archive).toMatchObject({ rehearsed: true })
    const [images, backup] = ['images', 'backup'].map(id => steps.find(step => step.id.startsWith(id)))
    const loaded = (images?.startedAfter ?? 0) + (images?.milliseconds ?? 0)
    expect(backup?.startedAfter).toBeGreaterThanOrEqual(loaded)
    // For the look before, the archive and its rehearsal.
    expect(made).toHaveLength(3)
    expect(await world.cluster.list(kinds.pod, 'sealift-system')).toEqual([])
  })

  test('one that nobody has is refused before anything is changed', async () => {
    const { world } = await outside('docker.io/library/postgres:16.4')
    await expect(upgradeOn(world.host)).rejects.toMatchObject({
      code: 'BACKUP_FAILED',
      message: expect.stringContaining('neither the bundle nor a node'),
      hints: expect.arrayContaining(['or go without it, and say so: --no-backup']),
    })
    expect(await versionOf(world)).toEqual(untouched)
    expect(await readUpgrade(world.cluster)).toBeUndefined()
    expect(await world.cluster.list(kinds.pod, 'sealift-system')).toEqual([])
  })
})

test('an archive that does not come back stops the upgrade before the server is', async () => {
  const world = await upgradeWorld()
  world.brokenTools.add('pg_restore')
  await expect(upgradeOn(world.host)).rejects.toMatchObject({ code: 'BACKUP_FAILED' })
  expect(await versionOf(world)).toEqual(untouched)
  expect(await readUpgrade(world.cluster)).toMatchObject({ archive: { rehearsed: false } })
  world.brokenTools.clear()
  const { upgrade } = await upgradeOn(world.host)
  expect(upgrade?.archive).toMatchObject({ rehearsed: true })
  // The first, which nobody could try any more, is gone.
  expect(await archives(world)).toEqual([upgrade?.archive?.path])
})

test('an archive that could not be tried is there until another one is', async () => {
  const world = await upgradeWorld()
  for (const tool of ['pg_restore', 'pg_dump']) {
    world.brokenTools.add(tool)
    await expect(upgradeOn(world.host)).rejects.toMatchObject({ code: 'BACKUP_FAILED' })
  }
  const untried = { archive: { ...archive, rehearse: false } }
  const { upgrade } = await upgradeOn(world.host, '1.1.0', recordedTalk(), untried)
  expect(await archives(world)).toEqual([upgrade?.archive?.path])
})

test('what is given up is said, and stays on record', async () => {
  const world = await upgradeWorld()
  const talk = recordedTalk()
  const { upgrade } = await upgradeOn(world.host, '1.1.0', talk, {})
  expect(upgrade?.gaveUp).toEqual([expect.stringContaining('no archive was taken (--no-backup)')])
  expect(talk.told).toContain(`warning: ${upgrade?.gaveUp?.[0]}`)
  expect(await archives(world)).toEqual([])

  const other = await upgradeWorld()
  other.brokenTools.add('pg_restore')
  const untried = { archive: { ...archive, rehearse: false } }
  const done = await upgradeOn(other.host, '1.1.0', recordedTalk(), untried)
  expect(done.upgrade).toMatchObject({
    archive: { rehearsed: false },
    gaveUp: [expect.stringContaining('restore was not tried (--no-rehearsal)')],
  })
})

/** A world whose upgrade was killed right after its newer server's release, and what notes another archive, or none. */
async function killedAtServer() {
  const lived = async (last?: number) => {
    const world = await upgradeWorld()
    const leaseEnds = () => world.cluster.delete(kinds.lease, 'sealift', 'sealift-system')
    await leaseEnds()
    const life = mortal(world, last)
    await upgradeOn(life.host).catch(() => {})
    life.end()
    await leaseEnds()
    return { world, changes: life.changes }
  }
  const { changes } = await lived()
  const last = changes.findIndex(change => change.startsWith('helm Deployment demo/infisical')) + 1
  const { world } = await lived(last)
  const metadata = { name: 'sealift-upgrade', namespace: 'sealift-system' }
  const renote = async (archive?: UpgradeNote['archive']) => {
    const { archive: _, ...note } = (await readUpgrade(world.cluster)) as UpgradeNote
    const text = JSON.stringify({ ...note, ...(archive && { archive }) })
    await world.cluster.apply({ ...kinds.configMap, metadata, data: { note: text } })
  }
  return { world, renote }
}

const backupOf = async ({ host }: UpgradeWorld) =>
  (await upgradeOn(host)).steps.find(({ id }) => id === 'backup')?.detail

test('a rerun does not write another one', async () => {
  const { world } = await killedAtServer()
  const before = await archives(world)
  expect(await backupOf(world)).toBe(`${before[0]} was written before`)
  expect(await archives(world)).toEqual(before)
})

test('where the newer server was at work already, none is written, and one that was not tried stays', async () => {
  const untried = await killedAtServer()
  const [path = ''] = await archives(untried.world)
  await untried.renote({ path, digest: 'ab', bytes: 1, rehearsed: false })
  expect(await backupOf(untried.world)).toBe(`${path} was written before`)

  const without = await killedAtServer()
  const before = await archives(without.world)
  await without.renote()
  expect(await backupOf(without.world)).toBe('none was written, and what is here now is not of before')
  expect(await archives(without.world)).toEqual(before)
})

test('where the way back fails, the archive is said to have the database', async () => {
  const world = await upgradeWorld()
  world.fate = 'fails'
  const helmFrom = async (...words: Parameters<typeof world.host.helmFrom>) => ({
    ...(await world.host.helmFrom(...words)),
    rollback: () => Promise.reject(new SealiftError('HELM_FAILED', 'no')),
  })
  await expect(upgradeOn({ ...world.host, helmFrom })).rejects.toMatchObject({
    code: 'ROLLBACK_FAILED',
    message: expect.stringMatching(/: no$/),
    faults: ['why it was to go back: helm failed while installing demo in demo'],
    hints: expect.arrayContaining([
      expect.stringMatching(
        /^and it is in the archive safe\/bank-prod-.*\.backup\.age, for sealift restore$/,
      ),
    ]),
  })
  // How reads went is known, whatever becomes of the site.
  expect(await readUpgrade(world.cluster)).toMatchObject({
    ...{ state: 'returning', reads: { answered: expect.any(Number) }, secrets: { lost: 0 } },
  })
})
