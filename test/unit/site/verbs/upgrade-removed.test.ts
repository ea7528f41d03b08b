/** A site that is removed while its upgrade is not at its end: an install begins anew, and the copy has its week. */
import { expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { readUpgrade } from '../../../../src/site/install/index.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { installOn, removeFrom } from './memory-site.ts'
import { mortal } from './mortal-host.ts'
import { upgradeOn, upgradeWorld, versionOf } from './upgrade-world.ts'

/** A world whose upgrade is killed right after its newer server's release. */
async function halfUpgraded() {
  const lived = async (last?: number) => {
    const world = await upgradeWorld()
    const leaseEnds = () => world.cluster.delete(kinds.lease, 'sealift', 'sealift-system')
    await leaseEnds()
    const life = mortal(world, last)
    await upgradeOn(life.host, '1.1.0', recordedTalk(), {}).catch(() => {})
    life.end()
    await leaseEnds()
    return { world, changes: life.changes }
  }
  const { changes } = await lived()
  const last = changes.findIndex(change => change.startsWith('helm Deployment demo/infisical')) + 1
  return (await lived(last)).world
}

test('the upgrade has an end then, and an install finds the database', async () => {
  const world = await halfUpgraded()
  const snapshot = (await readUpgrade(world.cluster))?.snapshot ?? ''
  expect(world.databases.has(snapshot)).toBe(true)
  await removeFrom(world.host, '1.1.0', false)
  expect(await readUpgrade(world.cluster)).toMatchObject({
    ...{ state: 'returned', why: 'the site was removed before it came to its end' },
    kept: [{ database: snapshot, until: expect.any(String) }],
  })
  await installOn(world.host, '1.1.0')
  expect(await versionOf(world)).toMatchObject({ receipt: '1.1.0', server: 'newer', schema: 'newer' })
  expect(world.databases.has(snapshot)).toBe(true)
})

test('a note that somebody has spoilt stands in no removal’s way', async () => {
  const world = await halfUpgraded()
  const metadata = { name: 'sealift-upgrade', namespace: 'sealift-system' }
  await world.cluster.apply({ ...kinds.configMap, metadata, data: { note: '{' } })
  const { removed } = await removeFrom(world.host, '1.1.0', false)
  expect(removed).toContain('the journal')
})
