/** How long databases beside Infisical's are kept: what a way back has set aside holds writes that are nowhere else. */
import { expect, test } from 'vitest'
import { statusText } from '../../../../src/cli/status-text.ts'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { readUpgrade } from '../../../../src/site/install/index.ts'
import { receipt } from '../../../../src/site/verbs/receipt.ts'
import { status } from '../../../../src/site/verbs/status.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { bundleOf, installOn } from './memory-site.ts'
import { rollbackOn, type UpgradeWorld, upgradeOn, upgradeWorld } from './upgrade-world.ts'

const day = 24 * 3600 * 1000
/** The host of a world, so many days later. */
function later({ host }: UpgradeWorld, days: number): UpgradeWorld['host'] {
  const { clock } = host
  return { ...host, clock: { ...clock, now: () => clock.now() + days * day } }
}
const upgrading = (host: UpgradeWorld['host']) => upgradeOn(host, '1.1.0', recordedTalk(), {})
const beside = ({ databases }: UpgradeWorld) => [...databases.keys()].filter(name => name !== 'infisical')

/** A world whose upgrade went back; gives the name of what was set aside as well. */
async function wentBack(): Promise<{ world: UpgradeWorld; aside: string; until: string }> {
  const world = await upgradeWorld()
  world.fate = 'fails'
  await expect(upgrading(world.host)).rejects.toMatchObject({
    code: 'ROLLED_BACK',
    hints: expect.arrayContaining([expect.stringMatching(/for a week, also where another upgrade begins/)]),
  })
  world.fate = 'comes up'
  const { setAside = '', at = '' } = (await readUpgrade(world.cluster)) ?? {}
  return { world, aside: setAside, until: new Date(Date.parse(at) + 7 * day).toISOString() }
}

test('what was set aside has its week, also where another upgrade begins, and is told with its date', async () => {
  const { world, aside, until } = await wentBack()
  const { upgrade } = await upgrading(later(world, 2))
  expect(upgrade?.kept).toEqual([{ database: aside, until }])
  expect(world.databases.get(aside)?.written).toEqual(['in the window'])
  expect(beside(world)).toEqual(expect.arrayContaining([aside, upgrade?.snapshot]))
  const told = await status(world.host)
  expect(told).toMatchObject({ upgrade: { kept: [{ database: aside, until }] } })
  if (told.state === 'installed')
    expect(statusText(told)).toContain(`database ${aside} is kept until ${until}`)
  const site = { metadata: { name: 'bank-prod' } }
  const { upgrade: received } = await receipt(site, '9.9.9', world.host, recordedTalk())
  expect(received?.kept).toEqual([{ database: aside, until }])
})

test('each goes when its own week is over', async () => {
  const { world, aside } = await wentBack()
  await upgrading(later(world, 2))
  await rollbackOn(later(world, 3))
  const { setAside = '' } = (await readUpgrade(world.cluster)) ?? {}
  expect(beside(world).sort()).toEqual([aside, setAside].sort())
  await installOn(later(world, 8), '1.0.0')
  expect(beside(world)).toEqual([setAside])
  expect(await readUpgrade(world.cluster)).not.toHaveProperty('kept')
  await installOn(later(world, 11), '1.0.0')
  expect(beside(world)).toEqual([])
  expect(await readUpgrade(world.cluster)).not.toHaveProperty('setAside')
})

/** Upgrades from 1.1.0 to a third version, whose release is the same. */
async function again(world: UpgradeWorld, host: UpgradeWorld['host']) {
  const { file } = bundleOf('1.2.0')
  await world.host.files.write('1.1.0.tar', file)
  return await upgrading(host)
}

/** The host of a world at which a database cannot be dropped, as long as the name is that. */
function undroppable({ host }: UpgradeWorld, stuck: { name: string }): UpgradeWorld['host'] {
  const open: typeof host.database.open = async login => {
    const session = await host.database.open(login)
    const query: typeof session.query = async (sql, parameters) => {
      if (sql.startsWith('DROP DATABASE') && sql.includes(`"${stuck.name}"`))
        throw new SealiftError('DATABASE_UNFIT', 'in use by a dump')
      return await session.query(sql, parameters)
    }
    return { ...session, query }
  }
  return { ...host, database: { open } }
}

test('the copy of a proven upgrade goes when the next begins', async () => {
  const world = await upgradeWorld()
  const { upgrade: first } = await upgrading(world.host)
  const { upgrade } = await again(world, later(world, 1))
  expect(upgrade).toMatchObject({ state: 'proven', to: { version: '1.2.0' } })
  expect(beside(world)).not.toContain(first?.snapshot)
  expect(upgrade).not.toHaveProperty('kept')
})

test('what could not be dropped stays on record, and the next run tries again', async () => {
  const { world, aside } = await wentBack()
  const talk = recordedTalk()
  const host = undroppable({ ...world, host: later(world, 8) }, { name: aside })
  await upgradeOn(host, '1.1.0', talk, {})
  expect(talk.told).toContain(
    `warning: database ${aside}, which an earlier upgrade has kept, stays: in use by a dump`,
  )
  expect((await readUpgrade(world.cluster))?.kept).toMatchObject([{ database: aside }])
  await installOn(later(world, 8), '1.1.0')
  expect(beside(world)).not.toContain(aside)
  expect(await readUpgrade(world.cluster)).not.toHaveProperty('kept')
})

test('a copy that could not be dropped as the next upgrade began goes with the next run', async () => {
  const world = await upgradeWorld()
  const { upgrade: first } = await upgrading(world.host)
  const stuck = { name: first?.snapshot ?? '' }
  const { upgrade } = await again(world, undroppable({ ...world, host: later(world, 1) }, stuck))
  expect(upgrade?.kept).toMatchObject([{ database: stuck.name }])
  await installOn(later(world, 2), '1.1.0')
  expect(beside(world)).toEqual([])
})
