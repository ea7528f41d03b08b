import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { rejection } from '../../site/wire/memory.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { lines, type Verbs, verbs } from './helpers.ts'

const before = tenancyOf({
  projects: [
    { slug: 'talent-mesh', environments: ['dev', 'prod', 'test'], folders: ['/db/primary', '/old/deep/er'] },
    { slug: 'hr-platform', environments: ['prod', 'test'] },
  ],
  teams: [{ name: 'All', people: ['ada@site.local'], access: [{ project: '*', role: 'member' }] }],
})
const after = tenancyOf({
  projects: [
    { slug: 'talent-mesh', environments: ['dev', 'prod'], folders: ['/db/primary'] },
    { slug: 'hr-platform', environments: ['prod'] },
  ],
  teams: [],
})

async function filled(confirming?: () => void): Promise<Verbs> {
  const site = await verbs(confirming)
  await site.apply(before)
  site.server.secrets.set('talent-mesh/test', 3)
  site.server.secrets.set('talent-mesh/prod/old/deep', 1)
  return site
}

const losses = [
  'remove environment talent-mesh/test',
  'remove folder talent-mesh/dev/old',
  'remove folder talent-mesh/prod/old',
  'remove member ada@site.local in talent-mesh: member',
]

describe('what a project has and the file does not name', () => {
  test('is shown by plan, the topmost folders of it, and stays with apply', async () => {
    const site = await filled()
    const { extras } = await site.plan(after)
    expect(lines(extras).filter(line => line.includes('talent-mesh'))).toEqual(losses)
    await site.apply(after)
    expect((await site.plan(after)).extras).toEqual(extras)
  })

  test('goes with --prune of that project, once it is confirmed, with the secrets that go with it', async () => {
    const site = await filled()
    const { changed } = await site.apply(after, ['talent-mesh', 'talent-mesh'])
    expect(site.confirmed).toEqual([
      'talent-mesh',
      'remove environment talent-mesh/test: with 3 secrets',
      'remove folder talent-mesh/dev/old: with 0 secrets',
      'remove folder talent-mesh/prod/old: with 1 secret',
      'remove member ada@site.local in talent-mesh: member',
    ])
    expect(lines(changed).toSorted()).toEqual(losses.toSorted())
    expect(lines((await site.plan(after)).extras)).toEqual([
      'remove environment hr-platform/test',
      'remove member ada@site.local in hr-platform: member',
    ])
  })

  test('stays when nobody confirms it, and nothing else is changed either', async () => {
    const site = await filled(() => {
      throw new SealiftError('USAGE', 'not confirmed')
    })
    const changes = site.server.changes().length
    const more = tenancyOf({
      projects: [...after.projects, { slug: 'new-one', environments: ['prod'] }],
      teams: [],
    })
    expect((await rejection(site.apply(more, ['talent-mesh']))).message).toBe('not confirmed')
    expect(site.server.changes()).toHaveLength(changes)
  })

  test('is not asked about where there is nothing', async () => {
    const site = await filled()
    await site.apply(before, ['talent-mesh'])
    expect(site.confirmed).toEqual([])
  })

  test.each(['their-own', 'not-there'])('is not that of %s: it is not in the file', async slug => {
    const site = await filled()
    await site.server.createProject({ slug: 'their-own', defaultEnvironments: true })
    const error = await rejection(site.apply(after, ['talent-mesh', slug]))
    expect([error.code, error.message]).toEqual(['USAGE', `nothing was changed: ${slug} cannot be pruned`])
  })

  test('comes back with all that it had where it is an environment that the server still keeps', async () => {
    const site = await filled()
    await site.apply(after, ['talent-mesh'])
    const more = tenancyOf({
      projects: before.projects.map(project => ({ ...project, folders: [...project.folders, '/new'] })),
      teams: before.teams ?? [],
    })
    expect(lines((await site.plan(more)).differences)).toContain(
      'create environment talent-mesh/test: restored, with what it had when it was deleted',
    )
    const { changed } = await site.apply(more)
    // The folders that were in it are not made anew, and the file's other ones are made in it too.
    expect(lines(changed).filter(line => line.includes('talent-mesh/test'))).toEqual([
      'create environment talent-mesh/test: restored, with what it had when it was deleted',
      'create folder talent-mesh/test/new',
    ])
    expect((await site.plan(more)).equal).toBe(true)
  })

  test('is not the place of Sealift’s own proof', async () => {
    const site = await verbs()
    const shared = (environments: string[]) =>
      tenancyOf({ projects: [{ slug: 'platform-shared', environments }] })
    await site.apply(shared(['dev', 'prod']))
    const { id = '' } = (await site.server.projects())[0] ?? {}
    await site.server.createFolder(id, 'prod', '/sealift-probe')
    await site.server.createFolder(id, 'dev', '/sealift-probe')
    expect(lines((await site.plan(shared(['dev', 'prod']))).extras)).toEqual([
      'remove folder platform-shared/dev/sealift-probe',
    ])
    expect((await site.plan(shared(['dev']))).extras.map(({ kind }) => kind)).toEqual(['folder'])
  })
})
