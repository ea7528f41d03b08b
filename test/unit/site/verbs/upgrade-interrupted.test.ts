/**
 * An upgrade that is asked to stop after any of its changes: while Infisical's release is the one of before, its server serves
 * again; a rerun comes to the newer version.
 */
import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { mortal } from './mortal-host.ts'
import { upgradeOn, upgradeWorld, versionOf } from './upgrade-world.ts'

/** An upgrade that is asked to stop after its change number `last`. */
async function asked(last: number) {
  const world = await upgradeWorld()
  const stop = new AbortController()
  const life = mortal(world)
  life.changes.push = (...words) => {
    const length = Array.prototype.push.apply(life.changes, words)
    if (length === last) stop.abort(new SealiftError('INTERRUPTED', 'interrupted'))
    return length
  }
  const talk = recordedTalk({ signal: stop.signal })
  const error: unknown = await upgradeOn(life.host, '1.1.0', talk, {}).then(
    () => undefined,
    thrown => thrown,
  )
  life.end()
  const release = (await world.helm.status('demo', 'demo'))?.revision
  return { world, error, changes: life.changes, moved: release !== 1 }
}

const { changes } = await asked(Number.POSITIVE_INFINITY)
const stopped = changes.findIndex(change => /(Deployment demo\/|scale demo )infisical/.test(change))
// Before the server is stopped there is little to tell: some of those moments do.
const moments = changes
  .map((change, at) => [at + 1, change] as const)
  .filter((_, at) => at >= stopped - 1 || at % 5 === 0)

test('the moments are on both sides of the release', () => {
  const after = moments.filter(([at]) => at > stopped).map(([, change]) => change)
  expect(after.join('\n')).toMatch(/infisical[\s\S]*CREATE DATABASE[\s\S]*helm Deployment demo/)
})

describe('asked to stop', () => {
  test.each(moments)('after change %i (%s)', async last => {
    const { world, error, moved } = await asked(last)
    const { server, schema } = await versionOf(world)
    if (!moved) expect([server, schema]).toEqual(['older', 'older'])
    // The very last changes come after the last step.
    if (error !== undefined) expect(error).toMatchObject({ code: 'INTERRUPTED' })
    await upgradeOn(world.host, '1.1.0', recordedTalk(), {})
    expect(await versionOf(world)).toMatchObject({ receipt: '1.1.0', schema: 'newer', server: 'newer' })
  })
})

test('what became of the server is said, and how many pods it has', async () => {
  const copied = changes.findIndex(change => change.includes('CREATE DATABASE')) + 1
  const { world, error } = await asked(copied)
  expect(error).toMatchObject({
    hints: expect.arrayContaining([
      'Infisical 1.0.0 was started again: it serves as soon as its pods are up',
    ]),
  })
  const live = await world.cluster.get(kinds.deployment, 'infisical', 'demo')
  expect(live?.['spec']).toMatchObject({ replicas: 1 })
})

test('a server that cannot be started again in time is said to be stopped', async () => {
  const world = await upgradeWorld()
  const stop = new AbortController()
  const { cluster, clock } = world.host
  let scaled = 0
  const host = {
    ...world.host,
    clock: { ...clock, sleep: (ms: number, signal?: AbortSignal) => clock.sleep(Math.min(ms, 50), signal) },
    cluster: {
      ...cluster,
      scale: async (...words: Parameters<typeof cluster.scale>) => {
        scaled += 1
        if (words[2] > 0) return await new Promise<void>(() => {})
        await cluster.scale(...words)
      },
    },
  }
  const talk = recordedTalk({ signal: stop.signal })
  const { step } = talk.reporter
  const reporter = {
    ...talk.reporter,
    step(title: string) {
      if (title.startsWith('Copy the database')) stop.abort(new SealiftError('INTERRUPTED', 'interrupted'))
      return step(title)
    },
  }
  await expect(upgradeOn(host, '1.1.0', { ...talk, reporter }, {})).rejects.toMatchObject({
    code: 'INTERRUPTED',
    hints: expect.arrayContaining([
      expect.stringMatching(/^Infisical is stopped: nobody could tell in time/),
    ]),
  })
  expect(scaled).toBeGreaterThan(0)
})
