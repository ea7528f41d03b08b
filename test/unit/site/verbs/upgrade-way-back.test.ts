/** Ways back that come late, twice, or over what is not there any more: none serves one version's data with the other's server. */
import { describe, expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { noteUpgrade, readUpgrade } from '../../../../src/site/install/index.ts'
import { mortal } from './mortal-host.ts'
import {
  ended,
  newer,
  older,
  rollbackOn,
  type UpgradeWorld,
  upgradeOn,
  upgradeWorld,
  versionOf,
} from './upgrade-world.ts'

type Work = (host: UpgradeWorld['host']) => Promise<unknown>

const upgrading: Work = host => upgradeOn(host, '1.1.0', undefined, {})

/** A life on a world that ends after its change number `last`; gives what it has changed. */
async function live(world: UpgradeWorld, work: Work, last?: number): Promise<readonly string[]> {
  const life = mortal(world, last)
  await work(life.host).catch(() => {})
  life.end()
  await world.cluster.delete(kinds.lease, 'sealift', 'sealift-system')
  return life.changes
}

/** A world whose lives each ended right after the first change that is like theirs. */
async function worldAfter(lives: readonly (readonly [Work, RegExp])[]): Promise<UpgradeWorld> {
  const world = await upgradeWorld()
  await world.cluster.delete(kinds.lease, 'sealift', 'sealift-system')
  for (const [at, [work, until]] of lives.entries()) {
    const changes = await live(await worldAfter(lives.slice(0, at)), work)
    const last = changes.findIndex(change => until.test(change)) + 1
    expect(last, `${until} in ${changes.join('\n')}`).toBeGreaterThan(0)
    await live(world, work, last)
  }
  return world
}

const serverRuns = [upgrading, /^helm Deployment demo\/infisical/] as const
const helmForgot = [upgrading, /delete Secret sh\.helm\.release\.v1\.demo\.v2|delete .*demo\.v2/] as const

describe('killed while the newer server migrates, and again once helm’s unfinished revision is forgotten', () => {
  const forgotten = async () => {
    const world = await worldAfter([serverRuns, helmForgot])
    expect(await world.helm.status('demo', 'demo')).toMatchObject({ revision: 1 })
    expect(await versionOf(world)).toMatchObject({ schema: 'newer' })
    return world
  }

  test('then taken back: the older one', async () => {
    const world = await forgotten()
    expect(await ended(rollbackOn(world.host))).toBe('proven')
    expect(await versionOf(world)).toMatchObject(older)
  })

  test('then one that fails: the older one', async () => {
    const world = await forgotten()
    world.fate = 'fails'
    expect(await ended(upgrading(world.host))).toBe('ROLLED_BACK')
    expect(await versionOf(world)).toMatchObject(older)
  })

  test('then one that comes up: the copy is still of before', async () => {
    const world = await forgotten()
    expect(await ended(upgrading(world.host))).toBe('proven')
    expect(await versionOf(world)).toMatchObject(newer)
    expect([...world.databases].find(([name]) => name.includes('_before_'))?.[1].schema).toBe('older')
  })
})

const stopped = [upgrading, /scale demo infisical/] as const
const copied = [upgrading, /RENAME TO "infisical_before/] as const
for (const [title, begun] of [
  ['before its database was copied', stopped],
  ['before its release', copied],
] as const)
  describe(`an upgrade that ended ${title}`, async () => {
    const changes = await live(await worldAfter([begun]), host => rollbackOn(host))
    // From then on it is proven, like any other.
    const proving = changes.findIndex(change => change.startsWith('login.'))
    const moments = changes.slice(0, proving).map((change, at) => [at + 1, change] as const)

    test('is taken back in steps', () => expect(moments.length).toBeGreaterThan(10))

    test.each(moments)('whose way back is killed after change %i (%s): the older one', async last => {
      const world = await worldAfter([begun])
      await live(world, host => rollbackOn(host), last)
      expect(await ended(rollbackOn(world.host))).toBe('proven')
      expect(await versionOf(world)).toMatchObject(older)
    })
  })

test('a copy that a killed run has made and not noted is made anew: the server may have served since', async () => {
  const world = await worldAfter([copied])
  const served = world.databases.get('infisical')
  if (served) world.databases.set('infisical', { ...served, written: ['since'] })
  expect(await ended(upgrading(world.host))).toBe('proven')
  const copy = [...world.databases].find(([name]) => name.includes('_before_'))
  expect(copy?.[1].written).toEqual(['since'])
})

test('where helm’s record of before was pushed out by later revisions, the newer one goes on serving', async () => {
  const world = await upgradeWorld()
  await upgradeOn(world.host)
  await world.cluster.delete(kinds.secret, 'sh.helm.release.v1.demo.v1', 'demo')
  expect(await ended(rollbackOn(world.host))).toBe('ROLLBACK_FAILED')
  expect(await versionOf(world)).toMatchObject(newer)
  expect(await readUpgrade(world.cluster)).toMatchObject({ state: 'proven' })
})

test('a release that the bundle has not is left alone, whoever has written it into the note', async () => {
  const world = await upgradeWorld()
  await upgradeOn(world.host)
  const note = await readUpgrade(world.cluster)
  if (note === undefined) throw new Error('there is a note')
  const others = [
    { release: 'ingress', namespace: 'kube-system', revision: 3 },
    { release: 'demo', namespace: 'kube-system', revision: 3 },
  ]
  await noteUpgrade(world.cluster, note, { releases: [...others, ...note.releases] })
  const before = world.helm.calls.length
  await rollbackOn(world.host)
  expect(world.helm.calls.slice(before)).toEqual(['rollback demo 1'])
  expect(await versionOf(world)).toMatchObject(older)
})
