/** What becomes of an upgrade between its new server's start and its proof: of what users write, of reads, of the budget. */
import { expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { readUpgrade } from '../../../../src/site/install/index.ts'
import { hastyClock } from '../../../support/hasty-clock.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { older, type UpgradeWorld, upgradeOn, upgradeWorld, usingWorld, versionOf } from './upgrade-world.ts'

const hastened = ({ host }: UpgradeWorld) => ({ ...host, clock: hastyClock(host.clock, 200) })

test('what users write into the newer server is kept where it is proven', async () => {
  const world = await upgradeWorld()
  await upgradeOn(world.host)
  expect(world.databases.get('infisical')?.written).toEqual(['in the window'])
})

test('a probe that does not prove: all goes back, and what users wrote is set aside, not lost', async () => {
  const world = await upgradeWorld()
  world.fate = 'proves nothing'
  await expect(upgradeOn(hastened(world))).rejects.toMatchObject({
    code: 'ROLLED_BACK',
    message: expect.stringContaining('the site is back on 1.0.0'),
  })
  expect(await versionOf(world)).toEqual({ ...older, databases: ['infisical', 'infisical_failed'] })
  expect(world.databases.get('infisical')?.written).toBeUndefined()
  const { setAside = '' } = (await readUpgrade(world.cluster)) ?? {}
  expect(world.databases.get(setAside)).toMatchObject({ schema: 'newer', written: ['in the window'] })
})

test('more than the budget takes the site back where the budget is to hold', async () => {
  const world = await usingWorld(755)
  await expect(upgradeOn(hastened(world), '1.1.0', recordedTalk(), { budget: 'hold' })).rejects.toMatchObject(
    {
      code: 'ROLLED_BACK',
      message: expect.stringContaining('more is used than the budget allows: 755 of 640 MiB, 90 of 300m CPU'),
    },
  )
  expect(await versionOf(world)).toMatchObject(older)
})

test('without that it is told in the result, and stays', async () => {
  const world = await usingWorld(755)
  expect(await upgradeOn(world.host)).toMatchObject({ budget: { observedFits: false } })
  expect(await versionOf(world)).toMatchObject({ receipt: '1.1.0' })
})

test('what is within the budget holds', async () => {
  const world = await usingWorld(600)
  const { steps } = await upgradeOn(hastened(world), '1.1.0', recordedTalk(), { budget: 'hold' })
  expect(steps.at(-1)).toMatchObject({ id: 'budget', detail: '600 of 640 MiB, 90 of 300m CPU' })
})

test('a pod that nobody can measure holds no budget', async () => {
  const world = await usingWorld(0)
  await expect(upgradeOn(hastened(world), '1.1.0', recordedTalk(), { budget: 'hold' })).rejects.toMatchObject(
    {
      code: 'ROLLED_BACK',
      message: expect.stringContaining('what is used cannot be measured, and the budget was to hold'),
      faults: ['Deployment/infisical: kubelet says nothing of it'],
    },
  )
})

/** The host of a world whose first measurement is made, and of the later ones so many fail. */
function measuring(world: UpgradeWorld, failing: number): UpgradeWorld['host'] {
  let asked = 0
  const usage = async () => {
    asked += 1
    if (asked > 1 && asked <= 1 + failing)
      throw new SealiftError('CLUSTER_UNREACHABLE', 'the node does not answer')
    return await world.cluster.usage()
  }
  const host = hastened(world)
  return { ...host, cluster: { ...host.cluster, usage } }
}

test('a measurement that fails is made again, also in its middle', async () => {
  const world = await usingWorld(600)
  const { steps } = await upgradeOn(measuring(world, 3), '1.1.0', recordedTalk(), { budget: 'hold' })
  expect(steps.at(-1)).toMatchObject({ id: 'budget', detail: '600 of 640 MiB, 90 of 300m CPU' })
})

test('where none can be had for long, the budget does not hold, and why is said', async () => {
  const world = await usingWorld(600)
  await expect(
    upgradeOn(measuring(world, Infinity), '1.1.0', recordedTalk(), { budget: 'hold' }),
  ).rejects.toMatchObject({
    code: 'ROLLED_BACK',
    message: expect.stringContaining('what is used cannot be measured, and the budget was to hold'),
    faults: ['the node does not answer'],
  })
  expect(await versionOf(world)).toMatchObject(older)
})

test('where use cannot be measured at all, that is said before anything is changed', async () => {
  const world = await usingWorld(600)
  const cluster = { ...world.cluster, usage: () => Promise.reject(new SealiftError('CLUSTER_DENIED', 'no')) }
  await expect(
    upgradeOn({ ...world.host, cluster }, '1.1.0', recordedTalk(), { budget: 'hold' }),
  ).rejects.toMatchObject({
    code: 'CLUSTER_DENIED',
    message: 'the budget cannot hold this upgrade: no',
    hints: [expect.stringContaining('--budget warn'), expect.stringContaining('--for upgrade,record')],
  })
  expect(await versionOf(world)).toMatchObject(older)
  expect(await readUpgrade(world.cluster)).toBeUndefined()
})
