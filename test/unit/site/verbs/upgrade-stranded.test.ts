/** An upgrade that has lost the database and the copy of it: the archive of before stands in, and the way back goes on. */
import { expect, test } from 'vitest'
import { statusText } from '../../../../src/cli/status-text.ts'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { readSite } from '../../../../src/kernel/inputs/site-file.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { restoreBackup } from '../../../../src/site/backup/index.ts'
import { readUpgrade } from '../../../../src/site/install/index.ts'
import { status } from '../../../../src/site/verbs/status.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { about, sealedArchive } from '../backup/archives.ts'
import {
  archive,
  archiveIdentity,
  isNewer,
  older,
  rollbackOn,
  type UpgradeWorld,
  upgradeOn,
  upgradeWorld,
  versionOf,
} from './upgrade-world.ts'

/** A world whose upgrade could not be taken back: helm has refused, until `mended`. */
async function onItsWayBack(): Promise<{ world: UpgradeWorld; mend: () => void; path: string }> {
  const world = await upgradeWorld()
  world.databases.set('infisical', { schema: 'older', comment: '', written: ['of before'] })
  world.fate = 'fails'
  const { rollback } = world.helm
  world.helm.rollback = () => Promise.reject(new SealiftError('HELM_FAILED', 'no'))
  await expect(upgradeOn(world.host, '1.1.0', recordedTalk(), { archive })).rejects.toMatchObject({
    code: 'ROLLBACK_FAILED',
  })
  const mend = () => {
    world.helm.rollback = rollback
  }
  return { world, mend, path: (await readUpgrade(world.cluster))?.archive?.path ?? '' }
}

async function restoring({ host }: UpgradeWorld, path: string, talk = recordedTalk()) {
  const { site } = await readSite('site.yaml', host.files)
  return await restoreBackup({ site, path, identities: [archiveIdentity] }, host, talk)
}

test('both databases gone: the error names the archive, restore puts it back, rollback comes to its end', async () => {
  const { world, mend, path } = await onItsWayBack()
  world.databases.clear()
  await expect(rollbackOn(world.host)).rejects.toMatchObject({
    code: 'ROLLBACK_FAILED',
    message: expect.stringMatching(/the copy infisical_before_\w+ is not in PostgreSQL any more/),
    hints: [
      'sealift restore brings back what an archive has',
      `and it is in the archive ${path}, for sealift restore`,
      'when that is mended, run: sealift rollback BUNDLE -c site.yaml; it goes on from there',
    ],
  })
  expect(await restoring(world, path)).toMatchObject({ started: false, wayBack: true })
  expect(await versionOf(world)).toMatchObject({ server: 'stopped', databases: ['infisical'] })
  // Its server must not be that of the other release, which would migrate it.
  expect(await readUpgrade(world.cluster)).toMatchObject({
    ...{ state: 'returning', touched: false, restored: { path, whole: true } },
  })
  mend()
  await rollbackOn(world.host)
  expect(await versionOf(world)).toEqual({ ...older, databases: ['infisical'] })
  expect(world.databases.get('infisical')?.written).toEqual(['of before'])
  expect(await readUpgrade(world.cluster)).toMatchObject({ state: 'returned', restored: { path } })
})

test('only the one that was set aside is left: it is of the newer server, and leads nowhere', async () => {
  const { world, mend, path } = await onItsWayBack()
  world.databases.delete('infisical')
  await expect(rollbackOn(world.host)).rejects.toMatchObject({ code: 'ROLLBACK_FAILED' })
  await restoring(world, path)
  mend()
  await rollbackOn(world.host)
  expect(await versionOf(world)).toEqual({ ...older, databases: ['infisical', 'infisical_failed'] })
})

test('a restore that is killed leaves a way back that waits for a restore, and another one goes on', async () => {
  const { world, mend, path } = await onItsWayBack()
  world.databases.clear()
  world.brokenTools.add('pg_restore')
  await expect(restoring(world, path)).rejects.toMatchObject({ code: 'BACKUP_FAILED' })
  mend()
  await expect(rollbackOn(world.host)).rejects.toMatchObject({ code: 'ROLLBACK_FAILED' })
  expect(await versionOf(world)).toMatchObject({ server: 'stopped' })
  world.brokenTools.clear()
  await restoring(world, path)
  await rollbackOn(world.host)
  expect(await versionOf(world)).toMatchObject(older)
})

test('the empty database that a killed restore leaves beside what was set aside is never served', async () => {
  const { world, mend, path } = await onItsWayBack()
  world.databases.delete('infisical')
  world.brokenTools.add('pg_restore')
  await expect(restoring(world, path)).rejects.toMatchObject({ code: 'BACKUP_FAILED' })
  world.databases.set('infisical', { schema: 'older', comment: '', empty: true })
  expect(statusText(await status(world.host))).toContain(
    `sealift restore ${path} puts all of its database back, then sealift rollback`,
  )
  mend()
  await expect(rollbackOn(world.host)).rejects.toMatchObject({
    code: 'ROLLBACK_FAILED',
    message: expect.stringContaining(`${path} is being put back, and not all of it is there`),
    hints: [
      `run sealift restore ${path} again: until it is through, nothing else leads back`,
      expect.anything(),
      expect.anything(),
    ],
  })
  expect(await versionOf(world)).toMatchObject({ server: 'stopped' })
  world.brokenTools.clear()
  await restoring(world, path)
  await rollbackOn(world.host)
  expect(await versionOf(world)).toMatchObject(older)
  expect(world.databases.get('infisical')?.written).toEqual(['of before'])
})

test('an empty database that somebody has made beside what was set aside is not served: a restore is', async () => {
  const { world, mend, path } = await onItsWayBack()
  world.databases.set('infisical', { schema: 'older', comment: '', empty: true })
  mend()
  await expect(rollbackOn(world.host)).rejects.toMatchObject({ code: 'ROLLBACK_FAILED' })
  expect(await versionOf(world)).toMatchObject({ server: 'stopped' })
  expect(await restoring(world, path)).toMatchObject({ wayBack: true })
  await rollbackOn(world.host)
  expect(await versionOf(world)).toMatchObject(older)
})

test('only the copy is gone: what the newer server has made is set aside, and the archive goes in its place', async () => {
  const world = await upgradeWorld()
  world.databases.set('infisical', { schema: 'older', comment: '', written: ['of before'] })
  world.fate = 'fails'
  const copies = () => [...world.databases.keys()].filter(name => name.includes('_before_'))
  const { react } = world.cluster.behaviour
  world.cluster.behaviour.react = async (object, cluster) => {
    for (const name of isNewer(object) ? copies() : []) world.databases.delete(name)
    await react(object, cluster)
  }
  await expect(upgradeOn(world.host, '1.1.0', recordedTalk(), { archive })).rejects.toMatchObject({
    code: 'ROLLBACK_FAILED',
    hints: expect.arrayContaining(['sealift restore brings back what an archive has']),
  })
  const path = (await readUpgrade(world.cluster))?.archive?.path ?? ''
  expect(await restoring(world, path)).toMatchObject({ wayBack: true, setAside: expect.any(String) })
  await rollbackOn(world.host)
  expect(await versionOf(world)).toMatchObject(older)
  expect(world.databases.get('infisical')?.written).toEqual(['of before'])
})

test('where its copy is there, a restore is refused, with the commands that end it', async () => {
  const { world, path } = await onItsWayBack()
  const before = await versionOf(world)
  await expect(restoring(world, path)).rejects.toMatchObject({
    code: 'UPGRADE_UNFIT',
    message: 'an upgrade to sample 1.1.0 is on its way back here and is not at its end',
    hints: ['take the site back: sealift rollback BUNDLE -c site.yaml; a restore comes after that'],
  })
  expect(await versionOf(world)).toEqual(before)
})

test('an archive of the newer version is none to go back to', async () => {
  const { world } = await onItsWayBack()
  world.databases.clear()
  const { bytes, identity } = await sealedArchive(Buffer.from('a dump'))
  await world.host.files.write('newer.age', bytes)
  const note = await readUpgrade(world.cluster)
  const metadata = { name: 'sealift-upgrade', namespace: 'sealift-system' }
  const text = JSON.stringify({ ...note, to: { ...note?.to, bundle: about.bundle.digest } })
  await world.cluster.apply({ ...kinds.configMap, metadata, data: { note: text } })
  const { site } = await readSite('site.yaml', world.host.files)
  const which = { site, path: 'newer.age', identities: [identity] }
  await expect(restoreBackup(which, world.host, recordedTalk())).rejects.toMatchObject({
    code: 'UPGRADE_UNFIT',
    message: expect.stringMatching(
      /^the site goes back to sample 1\.0\.0, and newer\.age is of sample 1\.0\.0/,
    ),
    hints: [`take the one of before the upgrade: ${note?.archive?.path}`],
  })
})
