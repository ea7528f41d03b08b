/** What a look of before leaves behind: the layout goes back, or the store of all teams is pruned. */
import { beforeEach, describe, expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { askedOf } from '../../../../src/kernel/server-variables/index.ts'
import { lines } from './helpers.ts'
import { idOf, looking, type OneStoreSite, oneStoreSite } from './one-store-site.ts'
import { serving } from './stores-site.ts'

let site: OneStoreSite
beforeEach(async () => {
  site = await oneStoreSite()
})

const prod = { into: [{ project: 'talent-mesh', environments: ['prod'] }] }
/** Everything that can be seen to have changed. */
const state = () => ({
  changes: site.server.changes().length,
  objects: site.cluster.objects().map(({ metadata }) => metadata['resourceVersion']),
  starts: site.starts(),
})
const sees = (source: string) => site.server.sharing.reads(`platform-view/all/${source}`, source)

describe('the variable that lets projects share', () => {
  const other = serving({})
  const named = 'remove variable CROSS_PROJECT_SECRET_SHARING_ORG_WHITELIST'

  test('goes with the last look, with one restart, and a second apply does nothing', async () => {
    await site.apply(looking(prod))
    await site.apply(other)
    expect(await askedOf(site.cluster)).not.toEqual({})
    const { changed } = await site.apply(other, ['platform-view'])
    expect(lines(changed).at(-1)).toBe(`${named}: Infisical's pod starts anew`)
    expect([site.starts(), site.server.sharing.told, await askedOf(site.cluster)]).toEqual([2, false, {}])
    const before = state()
    expect((await site.apply(other)).changed).toEqual([])
    expect(state()).toEqual(before)
    await site.apply(looking(prod))
    expect([sees('talent-mesh/prod'), site.starts()]).toEqual([true, 3])
  })

  test('goes with a rerun where a run was killed before, and the plan says so', async () => {
    await site.apply(looking(prod))
    const { apply } = site.cluster
    site.cluster.apply = async object => {
      if (object.kind === 'Deployment') throw new Error('killed')
      return await apply(object)
    }
    await expect(site.apply(other, ['platform-view'])).rejects.toThrow('killed')
    site.cluster.apply = apply
    const plan = await site.plan(other)
    expect(lines(plan.differences)).toEqual([`${named}: Infisical's pod starts anew`])
    expect((await site.apply(other)).changed).toEqual(plan.differences)
    expect(await site.plan(other)).toMatchObject({ equal: true })
  })

  test('stays where a team shares something itself, and that is no drift', async () => {
    await site.apply(looking(prod))
    const [from, to] = await Promise.all(['talent-mesh', 'hr-platform'].map(slug => idOf(site, slug)))
    await site.server.sharing.grant({ projectId: from ?? '', environment: 'prod', path: '/ci' }, to ?? '')
    expect(lines((await site.apply(other, ['platform-view'])).changed)).not.toContain(named)
    expect([site.starts(), site.server.sharing.told]).toEqual([1, true])
    expect(await site.plan(other)).toMatchObject({ equal: true })
  })

  test('is not set again for what is only left over', async () => {
    await site.apply(looking(prod))
    const annotations = { 'sealift.dev/environment': 'sha256:older' }
    const metadata = { name: 'infisical', namespace: 'infisical' }
    await site.cluster.applyAs('sealift', {
      ...{ ...kinds.deployment, metadata, spec: { template: { metadata: { annotations } } } },
    })
    expect((await site.plan(other)).differences).toEqual([])
  })
})

test('an import of a folder that its team has deleted is left over, and goes with a prune', async () => {
  await site.apply(looking(prod))
  const team = await idOf(site, 'talent-mesh')
  const folders = (await site.server.folders({ id: team } as never)).get('prod') ?? []
  const gone = folders.find(({ path }) => path === '/ci')
  if (gone) await site.server.deleteFolder(team, 'prod', gone)
  site.server.sharing.take('talent-mesh/prod/ci')
  const plan = await site.plan(looking(prod))
  expect(lines(plan.extras)).toEqual(['remove import talent-mesh/prod/ci: in platform-view'])
  expect([plan.differences, plan.foreign]).toEqual([[], []])
  expect((await site.apply(looking(prod))).changed).toEqual([])
  await site.apply(looking(prod), ['platform-view'])
  expect(await site.plan(looking(prod))).toMatchObject({ equal: true, extras: [] })
  await site.server.createFolder(team, 'prod', '/ci')
  await site.apply(looking(prod))
  expect(sees('talent-mesh/prod/ci')).toBe(true)
})

test('a server that is too old is known as such before any of the projects is there', async () => {
  site.server.sharing.known = false
  const projects = [{ slug: 'newcomer', environments: ['prod'], folders: [] }]
  const { differences, unmet } = await site.plan({ ...looking(), projects })
  expect(differences).toEqual([])
  expect(unmet.map(({ name }) => name)).toEqual(['store infisical-store'])
})

test('another environment of the looking project leaves imports, and no grant that is needed still', async () => {
  await site.apply(looking(prod))
  const moved = looking({ ...prod, environment: 'other' })
  await site.apply(moved)
  const { extras } = await site.plan(moved)
  expect(new Set(extras.map(({ kind }) => kind))).toEqual(new Set(['import', 'identity', 'credentials']))
  await site.apply(moved, ['platform-view'])
  expect(sees('talent-mesh/prod')).toBe(false)
  const source = 'talent-mesh/prod/ci'
  expect(site.server.sharing.reads(`platform-view/other/${source}`, source)).toBe(true)
  expect(await site.plan(moved)).toMatchObject({ equal: true, extras: [] })
})
