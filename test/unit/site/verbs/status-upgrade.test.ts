/** What `status` says of an upgrade that has not come to its end. */
import { expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { goOn, status } from '../../../../src/site/verbs/status.ts'
import { outputs } from '../../../support/outputs.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { ended, type UpgradeWorld, upgradeOn, upgradeWorld } from './upgrade-world.ts'

/** Begins an upgrade a minute after what was before, which is asked to stop when it stops the server. */
async function interrupted(world: UpgradeWorld) {
  const stop = new AbortController()
  const { cluster, clock } = world.host
  const scale: typeof cluster.scale = async (...words) => {
    stop.abort(new SealiftError('INTERRUPTED', 'interrupted'))
    await cluster.scale(...words)
  }
  const later = { ...clock, now: () => clock.now() + 60_000 }
  const host = { ...world.host, cluster: { ...cluster, scale }, clock: later }
  expect(await ended(upgradeOn(host, '1.1.0', recordedTalk({ signal: stop.signal })))).toBe('INTERRUPTED')
  const found = outputs.status.parse(await status(world.host))
  if (found.state !== 'installed' || found.begun === undefined) throw new Error('an upgrade was begun')
  return { ...found, begun: found.begun }
}

test('it is told which verb goes on, which goes back, and what this run has done', async () => {
  const world = await upgradeWorld()
  world.fate = 'fails'
  expect(await ended(upgradeOn(world.host))).toBe('ROLLED_BACK')
  const { begun, journal, upgrade } = await interrupted(world)
  expect(upgrade?.state).toBe('begun')
  expect(goOn(begun, upgrade).slice(-2)).toEqual([
    'run sealift upgrade with sample 1.1.0 again: it goes on where it stopped',
    'or take the site back: sealift rollback BUNDLE -c site.yaml',
  ])
  const steps = journal.filter(({ bundle }) => bundle === begun.bundle).map(({ step }) => step)
  // Those of the way back are of before.
  expect(steps).toContain('return-stop')
  expect(begun.steps.map(({ step }) => step)).toEqual(['backup', 'stop'])
})

test.each([
  [true, []],
  [false, ['put all of its database back: sealift restore b.tar']],
])('on its way back it is to be brought to that end, its database whole: %s', (whole, first) => {
  const begun = { name: 'sample', version: '1.1.0', steps: [], releases: [] }
  expect(goOn(begun, { state: 'returning', restored: { path: 'b.tar', whole } })).toEqual([
    ...first,
    'bring the way back to its end: sealift rollback BUNDLE -c site.yaml',
  ])
})
