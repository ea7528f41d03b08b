/** What is used when an install or upgrade ends goes into the history of the site's budget, and the audit log names it. */
import { expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { historyParts, lineDigest, readEntry } from '../../../../src/kernel/history/index.ts'
import { textsIn } from '../../../../src/kernel/objects/index.ts'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { observations } from '../../../../src/site/budget/index.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { installOn } from './memory-site.ts'
import { type UpgradeWorld, upgradeOn, usingWorld } from './upgrade-world.ts'

/** The end of the last run in the audit log. */
async function lastEnd({ cluster }: UpgradeWorld) {
  const lines = (await historyParts(cluster)).flatMap(part => part.lines)
  return readEntry(lines.at(-1) ?? '')
}

test('an upgrade notes one sample, by the digest that the audit log keeps; a rerun does where a pod was started since', async () => {
  const world = await usingWorld(600)
  world.cluster.behaviour.peaks = [
    { namespace: 'demo', pod: 'infisical-1', container: 'infisical', memory: 700 * 2 ** 20 },
  ]
  const { budget } = await upgradeOn(world.host)
  expect(budget.rows).toMatchObject([{ observed: { memory: 600 * 2 ** 20 }, peak: 700 * 2 ** 20 }])
  const [first, ...others] = await observations(world.cluster)
  expect(others).toEqual([])
  expect(first).toMatchObject({
    ...{ window: 0, observed: { memory: 600 * 2 ** 20, cpu: 90 } },
    containers: [{ object: 'Deployment/infisical', peak: 700 * 2 ** 20 }],
  })
  const found = await world.cluster.get(kinds.configMap, 'sealift-budget', 'sealift-system')
  const [line = ''] = (textsIn(found?.['data'])['observations.jsonl'] ?? '').split('\n')
  const told = { title: 'Note what is used', result: 'done', detail: 'one sample of 1 container' }
  expect(await lastEnd(world)).toMatchObject({
    ...{ what: 'end', observed: lineDigest(line) },
    steps: expect.arrayContaining([expect.objectContaining(told)]),
  })
  await installOn(world.host, '1.1.0')
  expect(await observations(world.cluster)).toHaveLength(1)
  expect(await lastEnd(world)).not.toHaveProperty('observed')
  const running = {
    name: 'infisical',
    state: { running: { startedAt: new Date(Date.now() + 60_000).toISOString() } },
  }
  await world.cluster.apply({
    ...kinds.pod,
    metadata: { name: 'infisical-1', namespace: 'demo' },
    spec: { containers: [{ name: 'infisical' }] },
    status: { containerStatuses: [running] },
  })
  await installOn(world.host, '1.1.0')
  expect(await observations(world.cluster)).toHaveLength(2)
})

test.each([
  ['kubelet knows no pod of it', 0],
  ['there is no kubelet to ask', undefined],
])('where %s, nothing is noted, and the upgrade is well', async (_, memory) => {
  const world = await usingWorld(memory ?? 600)
  const usage = () => Promise.reject(new SealiftError('CLUSTER_DENIED', 'no'))
  const host = memory === undefined ? { ...world.host, cluster: { ...world.cluster, usage } } : world.host
  expect(await upgradeOn(host)).toMatchObject({ upgrade: { state: 'proven' } })
  expect(await observations(world.cluster)).toEqual([])
})

test('a part is not noted as if it were the whole: which is missing is said', async () => {
  const world = await usingWorld(600, {
    chart: 'eso',
    object: 'Deployment/external-secrets',
    container: 'eso',
  })
  const talk = recordedTalk()
  const { budget } = await upgradeOn(world.host, '1.1.0', talk)
  expect(budget.rows.filter(({ observed }) => observed)).toHaveLength(1)
  expect(await observations(world.cluster)).toEqual([])
  expect(talk.told.join('\n')).toContain('kubelet says nothing of Deployment/external-secrets')
})

test('a history that cannot be written is a warning, and a step that has failed', async () => {
  const world = await usingWorld(600)
  const apply = async (object: KubernetesObject) => {
    if (object.metadata.name === 'sealift-budget') throw new SealiftError('CLUSTER_DENIED', 'may not')
    return await world.cluster.apply(object)
  }
  const failed = { title: 'Note what is used', result: 'failed' }
  const talk = recordedTalk()
  const host = { ...world.host, cluster: { ...world.cluster, apply } }
  expect(await upgradeOn(host, '1.1.0', talk)).toMatchObject({ upgrade: { state: 'proven' } })
  expect(talk.told.join('\n')).toContain('what is used is not in the history of the budget: may not')
  const end = await lastEnd(world)
  expect(end).toMatchObject({
    outcome: 'done',
    steps: expect.arrayContaining([expect.objectContaining(failed)]),
  })
  expect(end).not.toHaveProperty('observed')
})
