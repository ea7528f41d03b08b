import { beforeEach, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import {
  historyOf,
  noteObservation,
  type Observation,
  observationOf,
  observations,
} from '../../../../src/site/budget/index.ts'
import { type MemoryCluster, memoryCluster } from '../../../support/memory-cluster.ts'
import { sampleReceipt } from '../../../support/sample-receipt.ts'

const mebi = 1048576
const place = ['sealift-budget', 'sealift-system'] as const
const seen = (memory: number, at = '2026-11-30T08:00:00.000Z'): Observation => {
  const account = { ...sampleReceipt.budget, observed: { memory: memory * mebi, cpu: 20 } }
  return observationOf(account, { at, bundle: sampleReceipt.bundle.digest, window: 10, heap: 520 })
}

let cluster: MemoryCluster
beforeEach(async () => {
  cluster = memoryCluster()
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'sealift-system' } })
})

test('what is noted is read again, oldest first', async () => {
  expect(await observations(cluster)).toEqual([])
  for (const memory of [601, 612, 598]) await noteObservation(cluster, seen(memory))
  const all = await observations(cluster)
  expect(all).toEqual([601, 612, 598].map(memory => seen(memory)))
  expect(historyOf(all)).toEqual({
    ...{ observations: 3, since: seen(1).at, until: seen(1).at },
    ...{ least: 598 * mebi, most: 612 * mebi, before: 612 * mebi },
  })
  expect(historyOf([])).toBeUndefined()
  expect(historyOf([seen(1)])).not.toHaveProperty('before')
})

test('an observation has what a fit and a boot’s comparison need', () => {
  const infisical = seen(601).containers.find(({ container }) => container === 'infisical')
  expect(infisical).toEqual({
    ...{ object: 'Deployment/infisical', container: 'infisical', memory: 668 * mebi, cpu: 31.25 },
    requests: { memory: 512 * mebi, cpu: 250 },
    memoryLimit: 1000 * mebi,
    peak: 935 * mebi,
    ...{ since: '2026-11-30T02:15:10Z', restarts: 0 },
  })
})

test('the oldest go where it would have more than a year of days', async () => {
  const old = Array.from({ length: 366 }, (_, i) => `${JSON.stringify(seen(i))}\n`).join('')
  await cluster.apply(holding(old))
  await noteObservation(cluster, seen(1000))
  const all = await observations(cluster)
  expect(all.map(({ observed }) => observed.memory / mebi).filter((_, i) => i % 365 === 0)).toEqual([1, 1000])
})

test('and where it would get too large for an object, whatever lies there', async () => {
  const large = `${JSON.stringify({ ...seen(1), padding: 'x'.repeat(300_000) })}\n`
  await cluster.apply(holding(large + large))
  await noteObservation(cluster, seen(2))
  expect(await observations(cluster)).toHaveLength(2)
})

test('lines that somebody has spoilt are left out, and stay', async () => {
  await cluster.apply(holding('no JSON\n{"at":1}\n'))
  await noteObservation(cluster, seen(601))
  expect(await observations(cluster)).toEqual([seen(601)])
  const { data } = (await cluster.get(kinds.configMap, ...place)) as { data?: Record<string, string> }
  expect(data?.['observations.jsonl']).toMatch(/^no JSON\n/)
})

test('of two who note at once both are heard', async () => {
  await noteObservation(cluster, seen(1))
  let others = 1
  const raced = {
    get: cluster.get,
    async apply(object: Parameters<MemoryCluster['apply']>[0]) {
      if (others-- > 0) await noteObservation(cluster, seen(2))
      return await cluster.apply(object)
    },
  }
  await noteObservation(raced, seen(3))
  expect((await observations(cluster)).map(({ observed }) => observed.memory / mebi)).toEqual([1, 2, 3])
})

test('whoever may not write is told so at once', async () => {
  const denied = {
    get: cluster.get,
    apply: () => Promise.reject(new SealiftError('CLUSTER_DENIED', 'not allowed')),
  }
  await expect(noteObservation(denied, seen(1))).rejects.toMatchObject({ code: 'CLUSTER_DENIED' })
})

function holding(text: string) {
  return {
    ...kinds.configMap,
    metadata: { name: place[0], namespace: place[1] },
    data: { 'observations.jsonl': text },
  }
}
