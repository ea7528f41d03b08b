/** A newer server that ends again and again: the way back begins then, not when the chart's time is over. */
import { expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { countsIn } from '../../../../src/kernel/objects/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { hastyClock } from '../../../support/hasty-clock.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { older, type UpgradeWorld, upgradeOn, upgradeWorld, versionOf } from './upgrade-world.ts'

/** A world whose newer server has ended so many times, for which helm waits until it is told not to, or `end` is called. */
async function crashing(restartCount: number): Promise<{ world: UpgradeWorld; end: () => void }> {
  const world = await upgradeWorld()
  const { cluster, helm } = world
  const { upgrade } = helm
  const over = new AbortController()
  const spec = { selector: { matchLabels: { app: 'infisical' } } }
  const pod = { name: 'infisical-68c4d88f85-fvnph', namespace: 'demo' }
  const main = { name: 'infisical', ready: false, restartCount, state: { waiting: { reason: 'Crashing' } } }
  helm.upgrade = async (request, seconds, asked) => {
    await upgrade(request, seconds, asked)
    await cluster.applyAs('api-server', {
      ...{ ...kinds.deployment, metadata: { name: 'infisical', namespace: 'demo' }, spec },
    })
    await cluster.apply({
      ...{ ...kinds.pod, metadata: { ...pod, labels: { app: 'infisical' } } },
      spec: { containers: [{ name: 'infisical' }] },
      status: { containerStatuses: [{ ...main, lastState: { terminated: { exitCode: 1 } } }] },
    })
    const signal = AbortSignal.any([over.signal, ...(asked ? [asked] : [])])
    if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve))
    throw new SealiftError('HELM_FAILED', over.signal.aborted ? 'its time is over' : 'told to stop')
  }
  const { react } = cluster.behaviour
  cluster.behaviour.react = async (object, at) => {
    if (object.kind === 'Deployment' && countsIn(object['spec'])['replicas'] === 0)
      await at.delete(kinds.pod, pod.name, pod.namespace)
    await react(object, at)
  }
  return { world, end: () => over.abort() }
}
const hastened = ({ host }: UpgradeWorld) => ({ ...host, clock: hastyClock(host.clock, 200) })

test('a server that has ended three times is waited for no longer, and its last words are told', async () => {
  const { world } = await crashing(2)
  const words = 'migration 4 failed: postgres://infisical:hunter2@db/infisical refused it'
  world.cluster.behaviour.logs['demo/infisical-68c4d88f85-fvnph/infisical/previous'] = words
  await expect(upgradeOn(hastened(world), '1.1.0', recordedTalk(), {})).rejects.toMatchObject({
    code: 'ROLLED_BACK',
    message: expect.stringMatching(
      /container infisical of pod infisical-68c4d88f85-fvnph has ended 3 times, the last with exit code 1$/,
    ),
    faults: expect.arrayContaining([
      '  log: migration 4 failed: postgres://[secret]@db/infisical refused it',
    ]),
  })
  expect(await versionOf(world)).toMatchObject(older)
})

test('one that has ended twice may come up yet', async () => {
  const { world, end } = await crashing(1)
  const { clock } = hastened(world)
  const working = upgradeOn({ ...world.host, clock }, '1.1.0', recordedTalk(), {})
  await clock.sleep(20_000)
  end()
  await expect(working).rejects.toMatchObject({ message: expect.stringContaining('its time is over') })
})

test('while the database does not answer, its server is waited for: no other would start either', async () => {
  const { world, end } = await crashing(7)
  const { clock } = hastened(world)
  let stands = true
  const open: typeof world.host.database.open = async login => {
    if (!stands) throw new SealiftError('DATABASE_UNREACHABLE', 'no way to it')
    return await world.host.database.open(login)
  }
  const { upgrade } = world.helm
  world.helm.upgrade = (...words) => {
    stands = false
    return upgrade(...words)
  }
  const host = { ...world.host, clock, database: { open } }
  const working = upgradeOn(host, '1.1.0', recordedTalk(), {})
  await clock.sleep(20_000)
  // Its next start may be well, whatever the ones before have met.
  stands = true
  await clock.sleep(20_000)
  end()
  await expect(working).rejects.toMatchObject({ message: expect.stringContaining('its time is over') })
})
