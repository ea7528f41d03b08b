/** The sync that a check forces: beside others, and after some that were killed. */
import { beforeEach, describe, expect, test } from 'vitest'
import { kinds } from '../../../../../src/kernel/ports/index.ts'
import { prove, syncOnce } from '../../../../../src/site/wire/index.ts'
import { secretObject } from '../../../../../src/site/wire/secrets.ts'
import { eso, type ProvingSite, provingSite } from './proving.ts'

let site: ProvingSite

beforeEach(async () => {
  site = await provingSite()
  site.cluster.behaviour.react = eso(site.infisical)
})

/** What a check that was killed has left, made so many seconds ago; `in`: ExternalSecret, Secret and Infisical's. */
async function left(name: string, seconds: number, parts = 'esi'): Promise<void> {
  const namespace = 'sealift-system'
  const creationTimestamp = new Date(site.clock.now() - seconds * 1000).toISOString()
  const metadata = { name, namespace, creationTimestamp }
  site.cluster.behaviour.react = () => {}
  if (parts.includes('e')) await site.cluster.create({ ...kinds.externalSecret, metadata })
  if (parts.includes('s')) await site.cluster.apply(secretObject(namespace, name, { value: 'old' }))
  const key = name.toUpperCase().replaceAll('-', '_')
  if (parts.includes('i')) site.infisical.secrets.set(`prod/sealift-probe/${key}`, 'old')
  site.cluster.behaviour.react = eso(site.infisical)
}

/** Names of all that is there of checks. */
async function there(): Promise<string[]> {
  const objects = await Promise.all([kinds.externalSecret, kinds.secret].map(kind => site.cluster.list(kind)))
  const names = objects.flat().map(({ kind, metadata }) => `${kind} ${metadata.name}`)
  return [...names, ...site.infisical.secrets.keys()].sort()
}

const whole = (name: string) => [
  `ExternalSecret ${name}`,
  `Secret ${name}`,
  `prod/sealift-probe/${name.toUpperCase().replaceAll('-', '_')}`,
]

test('two at once do not take each other’s objects', async () => {
  const { react } = site.cluster.behaviour
  // Both are on their way before anything arrives.
  const orders: string[] = []
  site.cluster.behaviour.react = async (object, cluster) => {
    if (object.kind === 'ExternalSecret') orders.push(object.metadata.name)
    if (new Set(orders).size === 2)
      for (const order of await cluster.list(kinds.externalSecret)) await react(order, cluster)
  }
  expect(await Promise.all([syncOnce(site), syncOnce(site)])).toEqual([
    expect.any(Number),
    expect.any(Number),
  ])
  expect(new Set(orders).size).toBe(2)
  for (const name of orders) expect(name).toMatch(/^sealift-check-[0-9a-f]{8}$/)
  expect(await there()).toEqual([])
})

describe.each([
  ['check', syncOnce],
  ['proof', prove],
])('a %s takes away what a killed check has left', (_, run) => {
  test.each(['sealift-check-0a0b0c0d', 'sealift-check'])('%s', async name => {
    await left(name, 121)
    await run(site)
    expect(await there()).toEqual([])
  })

  test.each(['e', 's', 'i', 'si'])('in part: %s', async parts => {
    await left('sealift-check-0a0b0c0d', 121, parts)
    await run(site)
    expect(await there()).toEqual([])
  })

  test('but not what may be at work, or is somebody else’s', async () => {
    await left('sealift-check-0a0b0c0d', 60)
    await left('sealift-check-of-a-team', 500)
    site.infisical.secrets.set('prod/elsewhere/SEALIFT_CHECK_0A0B0C0D', 'old')
    site.infisical.secrets.set('prod/sealift-probe/sealift_check_0a0b0c0e', 'old')
    const before = await there()
    expect(before).toEqual(expect.arrayContaining(whole('sealift-check-0a0b0c0d')))
    await run(site)
    expect(await there()).toEqual(before)
  })

  test('and goes on where that cannot be done: it waits 15 s at most', async () => {
    await left('sealift-check-0a0b0c0d', 121)
    const waited: unknown[] = []
    const cluster = {
      ...site.cluster,
      delete: async (...place: Parameters<typeof site.cluster.delete>) => {
        if (place[1] !== 'sealift-check-0a0b0c0d') return site.cluster.delete(...place)
        waited.push(place[3])
        throw new Error('held by finalizers')
      },
    }
    await run({ ...site, cluster })
    expect(waited).toEqual([15])
    expect(await there()).toEqual(whole('sealift-check-0a0b0c0d').slice(0, 2))
  })
})

test('a secret that a sweep has taken before its ExternalSecret was there is sent again', async () => {
  const { react } = site.cluster.behaviour
  let orders = 0
  site.cluster.behaviour.react = async (object, cluster) => {
    if (object.kind === 'ExternalSecret') orders += 1
    if (orders === 1) site.infisical.secrets.clear()
    else await react(object, cluster)
  }
  await syncOnce(site)
  expect(orders).toBe(2)
  expect(await there()).toEqual([])
})
