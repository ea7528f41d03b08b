/**
 * An upgrade that is killed after any of its changes, helm's and PostgreSQL's own included: a rerun converges to one of the two
 * versions. And one that goes back, killed anywhere: to the older one.
 */
import { describe, expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { readUpgrade } from '../../../../src/site/install/index.ts'
import type { UpgradeRequest } from '../../../../src/site/verbs/install/index.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { mortal } from './mortal-host.ts'
import {
  archive,
  ended,
  newer,
  older,
  rollbackOn,
  type UpgradeWorld,
  upgradeOn,
  upgradeWorld,
  versionOf,
} from './upgrade-world.ts'

const leaseEnds = ({ cluster }: UpgradeWorld) => cluster.delete(kinds.lease, 'sealift', 'sealift-system')

/** An upgrade in a life that ends after its change number `last`; gives what it has changed. */
async function live(fate: UpgradeWorld['fate'], last?: number, more: Partial<UpgradeRequest> = {}) {
  const world = await upgradeWorld()
  await leaseEnds(world)
  world.fate = fate
  const life = mortal(world, last)
  const end = await ended(upgradeOn(life.host, '1.1.0', recordedTalk(), more))
  life.end()
  await leaseEnds(world)
  return { world, end, changes: life.changes }
}

const archived = await live('comes up', undefined, { archive })
const forward = await live('comes up')
const back = await live('fails')
const moments = (changes: readonly string[]) => changes.map((change, at) => [at + 1, change] as const)

test('the moments are in every step', () => {
  expect([archived.end, forward.end, back.end]).toEqual(['proven', 'proven', 'ROLLED_BACK'])
  const changes = [...archived.changes, ...back.changes].join('\n')
  for (const part of [
    'CREATE DATABASE',
    'RENAME',
    'infisical_rehearsal_',
    'Deployment demo/infisical',
    'ConfigMap sealift-system/sealift-upgrade',
  ])
    expect(changes).toContain(part)
  expect(back.changes.length).toBeGreaterThan(40)
})

describe('killed on its way, and run again', () => {
  test.each(moments(archived.changes))('after change %i (%s): the newer one', async (last, change) => {
    const { world } = await live('comes up', last, { archive })
    expect(await ended(upgradeOn(world.host))).toBe('proven')
    // One whose try was cut off makes room for the one that is tried.
    if (change.includes('_rehearsal_')) expect(await world.host.files.entries('safe')).toHaveLength(1)
    expect(await versionOf(world)).toEqual({ ...newer, databases: ['infisical', 'infisical_before'] })
    const copy = [...world.databases].find(([name]) => name.includes('_before_'))
    expect(copy?.[1].schema).toBe('older')
  })

  test.each(moments(forward.changes))('after change %i (%s), then taken back: the older one', async last => {
    const { world } = await live('comes up', last)
    const end = await ended(rollbackOn(world.host))
    const { databases, ...version } = await versionOf(world)
    // Before the upgrade was noted there is nothing to take back; what was done by then stands in nobody's way.
    if (end === 'NOT_INSTALLED')
      expect(version).toMatchObject({ schema: 'older', server: 'older', receipt: '1.0.0' })
    else {
      expect(end).toBe('proven')
      expect(version).toEqual(older)
      expect(databases.filter(name => name !== 'infisical_failed')).toEqual(['infisical'])
    }
  })

  test('once it was proven, it is not begun anew: what an install makes sure of is all that is left', async () => {
    const receipt = forward.changes.findLastIndex(change => change.includes('sealift-receipt')) + 1
    const { world } = await live('comes up', receipt)
    expect(await readUpgrade(world.cluster)).toMatchObject({ state: 'begun' })
    const { steps, upgrade, gap } = await upgradeOn(world.host)
    expect(steps.map(({ id }) => id)).not.toContain('stop')
    expect(upgrade).toMatchObject({ state: 'proven', after: { migrations: { count: 4 } } })
    expect(gap).toBe(upgrade?.gap ?? 0)
    expect(await versionOf(world)).toMatchObject(newer)
  })

  const rehearsing = moments(archived.changes).filter(([, change]) => change.includes('_rehearsal_'))
  test.each(rehearsing)(
    'after change %i (%s), then taken back: nothing of its rehearsal is left',
    async last => {
      const { world } = await live('comes up', last, { archive })
      expect(await ended(rollbackOn(world.host))).toBe('proven')
      expect(await versionOf(world)).toEqual({ ...older, databases: ['infisical'] })
    },
  )

  test.each(moments(back.changes))('after change %i (%s) of one that fails: the older one', async last => {
    const { world } = await live('fails', last)
    expect(await ended(upgradeOn(world.host))).toBe('ROLLED_BACK')
    // One that was at its end already is another try, and what the first has set aside has its week.
    const { databases, ...version } = await versionOf(world)
    expect(version).toEqual(older)
    expect([...new Set(databases)]).toEqual(['infisical', 'infisical_failed'])
  })
})
