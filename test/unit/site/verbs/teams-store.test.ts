/** A site whose `infisical-store` serves teams: what comes after that on the site's side leaves it alone. */
import { beforeEach, expect, test } from 'vitest'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { type KubernetesObject, kinds, Secret } from '../../../../src/kernel/ports/index.ts'
import { check } from '../../../../src/site/verbs/check/index.ts'
import { applyStoresAlone } from '../../../../src/teams/verbs/stores-apply/index.ts'
import type { MemorySharing } from '../../../support/memory-sharing.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { tenancyOf } from '../../teams/tenancy/tenancies.ts'
import { smallSite } from '../wire/sites.ts'
import { installOn, removeFrom } from './memory-site.ts'
import { type MemoryWorld, memoryWorld } from './memory-world.ts'

let world: MemoryWorld
beforeEach(async () => {
  world = await memoryWorld()
  await installOn(world.host, '1.0.0')
  const { admin } = world.infisical
  const session = await world.infisical.login(admin?.email ?? '', new Secret(admin?.password ?? ''))
  await session.tenancy.createProject({ slug: 'talent-mesh', defaultEnvironments: true })
  ;(session.sharing as MemorySharing).told = true
})

const tenancy = tenancyOf({
  projects: [{ slug: 'talent-mesh', environments: ['prod'] }],
  stores: { layout: 'one-store' },
})
const site = parseSite(smallSite, 'site.yaml')
const give = () =>
  applyStoresAlone(
    { site: site.metadata.name, tenancy, prune: [] },
    world.host,
    recordedTalk(),
    async () => {},
  )
const store = (name: string) => world.cluster.get(kinds.clusterSecretStore, name)
const scopeOf = (object: KubernetesObject | undefined) =>
  JSON.stringify(object?.['spec']).replace(/.*"projectSlug":"([^"]*)".*/, '$1')
const verdicts = async () => {
  const found = await check(0, site, world.host, recordedTalk())
  return new Map(found.verdicts.map(({ id, ok, message }) => [id, [ok, message]]))
}

test('a fresh install has the name for itself', async () => {
  expect([scopeOf(await store('infisical-store')), await store('sealift-probe')]).toEqual([
    'platform-shared',
    undefined,
  ])
  expect((await verdicts()).get('store/infisical-store')).toEqual([true, 'ready'])
})

test('an install after it changes neither store, and proves through its own', async () => {
  expect((await give()).unready).toEqual([])
  const before = [await store('infisical-store'), await store('sealift-probe')]
  expect(before.map(scopeOf)).toEqual(['platform-view', 'platform-shared'])
  const used: unknown[] = []
  const { apply } = world.cluster
  world.cluster.apply = async object => {
    if (object.kind === 'ExternalSecret') used.push(object['spec'])
    return await apply(object)
  }
  const { steps } = (await installOn(world.host, '1.0.0')) as {
    steps: readonly { id: string; skipped: boolean }[]
  }
  expect(steps.filter(({ skipped }) => !skipped).map(({ id }) => id)).toEqual(['proof'])
  expect(used).toHaveLength(2)
  for (const spec of used) expect(spec).toMatchObject({ secretStoreRef: { name: 'sealift-probe' } })
  expect([await store('infisical-store'), await store('sealift-probe')]).toEqual(before)
})

test('an install after it puts its own back, and not the one for teams', async () => {
  await give()
  await world.cluster.delete(kinds.clusterSecretStore, 'sealift-probe')
  await installOn(world.host, '1.0.0')
  expect(scopeOf(await store('sealift-probe'))).toBe('platform-shared')
  await world.cluster.delete(kinds.clusterSecretStore, 'infisical-store')
  await installOn(world.host, '1.0.0')
  expect(await store('infisical-store')).toBeUndefined()
  await give()
  expect(scopeOf(await store('infisical-store'))).toBe('platform-view')
})

test('a check looks at both, and what it sends through its own rests on that alone', async () => {
  await give()
  const good = await verdicts()
  expect([good.get('store/infisical-store'), good.get('store/sealift-probe')]).toEqual([
    [true, 'ready'],
    [true, 'ready'],
  ])
  world.cluster.behaviour.react = async () => {}
  const condition = { type: 'Ready', status: 'False', reason: 'InvalidProviderConfig', message: 'no' }
  await world.cluster.applyAs('eso', {
    ...{ ...kinds.clusterSecretStore, metadata: { name: 'infisical-store' } },
    status: { conditions: [condition] },
  })
  const bad = await verdicts()
  expect(bad.get('store/infisical-store')).toEqual([false, 'InvalidProviderConfig: no'])
  // Other things are not as they should be in this world.
  expect(bad.get('eso/sync')?.[1]).toMatch(/^not tried, because of (?!.*store\/)/)
})

test('a removal takes its own, and leaves the one for teams, which an apply after the next install lets log in', async () => {
  await give()
  const { removed, kept } = await removeFrom(world.host, '1.0.0', false)
  expect(removed).toContain('ClusterSecretStore sealift-probe')
  expect(kept).toContainEqual(
    expect.stringMatching(/^ClusterSecretStore infisical-store, which serves teams/),
  )
  expect(world.infisical.clientSecrets).toEqual([])
  expect([scopeOf(await store('infisical-store')), await store('sealift-probe')]).toEqual([
    'platform-view',
    undefined,
  ])
  await installOn(world.host, '1.0.0')
  expect(scopeOf(await store('infisical-store'))).toBe('platform-view')
  expect(scopeOf(await store('sealift-probe'))).toBe('platform-shared')
  expect((await give()).changed.map(({ kind }) => kind)).toEqual(['credentials'])
})
