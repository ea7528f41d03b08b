import { expect, test } from 'vitest'
import { readUpgrade } from '../../../../src/site/install/index.ts'
import { installOn } from './memory-site.ts'
import { rollbackOn, upgradeOn, upgradeWorld, versionOf } from './upgrade-world.ts'

test('once the copy was dropped after its week, a rollback changes nothing: the older server does not fit', async () => {
  const world = await upgradeWorld()
  await upgradeOn(world.host)
  const { clock } = world.host
  const later = { ...clock, now: () => clock.now() + 8 * 24 * 3600 * 1000 }
  await installOn({ ...world.host, clock: later }, '1.1.0')
  const before = [await versionOf(world), await readUpgrade(world.cluster)]
  await expect(rollbackOn(world.host)).rejects.toMatchObject({
    code: 'NOT_INSTALLED',
    message: 'the copy of the database of before 1.1.0 is not kept any more, and nothing else leads back',
    hints: [
      'sealift restore brings back what an archive has',
      expect.stringMatching(/^the upgrade wrote safe/),
    ],
  })
  expect([await versionOf(world), await readUpgrade(world.cluster)]).toEqual(before)
})

test('a copy that somebody has dropped by hand is missed before the server is stopped', async () => {
  const world = await upgradeWorld()
  const { upgrade } = await upgradeOn(world.host)
  world.databases.delete(upgrade?.snapshot ?? '')
  const before = [await versionOf(world), await readUpgrade(world.cluster)]
  await expect(rollbackOn(world.host)).rejects.toMatchObject({ code: 'NOT_INSTALLED' })
  expect([await versionOf(world), await readUpgrade(world.cluster)]).toEqual(before)
})
