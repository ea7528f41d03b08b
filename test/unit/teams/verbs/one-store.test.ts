import { beforeEach, describe, expect, test } from 'vitest'
import { storesDrift } from '../../../../src/teams/verbs/stores-plan.ts'
import { planTenancy } from '../../../../src/teams/verbs/tenancy-plan.ts'
import { lines } from './helpers.ts'
import { idOf, looking, type OneStoreSite, oneStoreSite } from './one-store-site.ts'
import { serving, storeIn } from './stores-site.ts'

let site: OneStoreSite
beforeEach(async () => {
  site = await oneStoreSite()
})

const identity = 'external-secrets.platform-view.all'
const prod = { into: [{ project: 'talent-mesh', environments: ['prod'] }] }
const folders = [
  'talent-mesh/prod',
  'talent-mesh/prod/ci',
  'talent-mesh/prod/db',
  'talent-mesh/prod/db/primary',
]
const made = [
  "change variable CROSS_PROJECT_SECRET_SHARING_ORG_WHITELIST: names the organisation; Infisical's pod starts anew",
  'change sharing openova: lets its projects share secrets',
  'create project platform-view: description: Made by Sealift: it looks into the projects of teams, and holds nothing of its own',
  'create environment platform-view/all',
  'create folder platform-view/all/talent-mesh/prod/ci: with /talent-mesh, /talent-mesh/prod',
  'create folder platform-view/all/talent-mesh/prod/db/primary: with /talent-mesh/prod/db',
  `create identity ${identity}: no-access in the organisation`,
  `create machine ${identity} in platform-view: no-access`,
  `create privilege ${identity} in platform-view: all: reads /**`,
  ...folders.map(folder => `create grant ${folder}: to platform-view`),
  ...folders.map(folder => `create import ${folder}: in platform-view`),
  'create credentials platform-view.all: a client secret of its identity',
  "change store infisical-store: serves every namespace; the install's own gets another name",
]
/** Everything that can be seen to have changed. */
const state = () => ({
  changes: site.server.changes().length,
  objects: site.cluster.objects().map(({ metadata }) => metadata['resourceVersion']),
  starts: site.starts(),
})
const sees = (source: string) => site.server.sharing.reads(`platform-view/all/${source}`, source)

describe('the one store', () => {
  test('looks into every folder by a grant and an import, and Infisical starts once for it', async () => {
    const plan = await site.plan(looking(prod))
    expect(lines(plan.differences).toSorted()).toEqual(made.toSorted())
    expect(site.starts()).toBe(0)
    const applied = await site.apply(looking(prod))
    expect(lines(applied.changed).toSorted()).toEqual(made.toSorted())
    expect([applied.unmet, applied.unready, applied.foreign]).toEqual([[], [], []])
    expect(folders.map(sees)).toEqual([true, true, true, true])
    expect([sees('talent-mesh/dev'), sees('hr-platform/prod')]).toEqual([false, false])
    expect(site.starts()).toBe(1)
    expect(site.server.mostAtOnce()).toBeLessThanOrEqual(4)
  })

  test('is infisical-store: it serves every namespace unless the file names some', async () => {
    await site.apply(looking(prod))
    const id = (await site.server.identities()).find(({ name }) => name === identity)?.id
    const store = await storeIn(site, 'infisical-store')
    expect(store?.metadata.annotations).toMatchObject({ 'sealift.dev/identity': id })
    expect(store?.['spec']).toMatchObject({
      provider: {
        infisical: {
          secretsScope: {
            ...{ projectSlug: 'platform-view', environmentSlug: 'all', secretsPath: '/' },
            expandSecretReferences: false,
          },
        },
      },
    })
    expect(store?.['spec']).not.toHaveProperty('conditions')
    const { changed } = await site.apply(looking({ ...prod, namespaces: ['talent-mesh', 'hr'] }))
    expect(lines(changed)).toEqual(['change store infisical-store: serves hr, talent-mesh'])
    expect((await storeIn(site, 'infisical-store'))?.['spec']).toMatchObject({
      conditions: [{ namespaces: ['hr', 'talent-mesh'] }],
    })
  })

  test("leaves the install's own under another name, for Sealift's namespace alone", async () => {
    const before = await storeIn(site, 'infisical-store')
    await site.apply(looking(prod))
    const moved = await storeIn(site, 'sealift-probe')
    expect(moved?.metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'sealift' })
    expect(moved?.['spec']).toEqual({
      ...(before?.['spec'] as object),
      conditions: [{ namespaces: ['sealift-system'] }],
    })
  })

  test('looks into every project of the file in all its environments when nothing else is said', async () => {
    await site.apply(looking())
    expect(['talent-mesh/dev', 'talent-mesh/prod/ci', 'hr-platform/prod/ci'].map(sees)).toEqual([
      true,
      true,
      true,
    ])
    // Staging is on the server, and not in the file.
    expect(sees('talent-mesh/staging')).toBe(false)
  })

  test('is changed by no second apply, and no pod starts', async () => {
    await site.apply(looking())
    const before = state()
    const asked = site.server.asked.length
    expect(await site.apply(looking())).toMatchObject({ changed: [], proven: [], unmet: [], foreign: [] })
    expect(state()).toEqual(before)
    expect(await site.plan(looking())).toMatchObject({ equal: true, differences: [], extras: [] })
    expect(state()).toEqual(before)
    // Each list once: those of the organisation and of the looking project, of which each folder, and two of each project
    // that is looked into.
    const again = site.server.asked.slice(asked, asked + (site.server.asked.length - asked) / 2)
    expect(again.filter(request => request.startsWith('grants'))).toHaveLength(2)
    expect(again.filter(request => request.startsWith('imports'))).toHaveLength(10)
    expect(again.filter(request => request.startsWith('folders'))).toHaveLength(3)
    expect(again.length - 10 - 2 * 2).toBeLessThanOrEqual(11)
  })

  test('is proven to read nowhere else: in no project that it looks into', async () => {
    const { proven } = await site.apply(looking())
    // It may read one folder, and write none; it may not read in two projects.
    expect(proven).toEqual([{ identity, tried: 1 + 1 + 2 }])
  })

  test('stands beside stores of environments', async () => {
    const serve = [{ project: 'talent-mesh', environment: 'prod', namespaces: ['talent-mesh'] }]
    const both = looking(prod, { serve })
    expect((await site.apply(both)).unmet).toEqual([])
    expect(await storeIn(site, 'talent-mesh.prod')).toBeDefined()
    expect(await site.plan(both)).toMatchObject({ equal: true })
  })
})

test('of twenty projects each folder is granted and imported once, four requests at once at most', async () => {
  const projects = Array.from({ length: 20 }, (_, i) => ({
    slug: `team-${i}`,
    environments: ['dev', 'prod'],
  }))
  const paths = ['/ci', '/db/primary', '/db/replica', '/tls']
  for (const { slug, environments } of projects) {
    const { id } = await site.server.createProject({ slug, defaultEnvironments: true })
    for (const environment of environments)
      for (const path of paths) await site.server.createFolder(id, environment, path)
  }
  const many = { ...looking(), projects: projects.map(project => ({ ...project, folders: paths })) }
  const from = site.server.changes().length
  await site.apply(many)
  const sent = site.server.changes().slice(from)
  const count = (request: string) => sent.filter(name => name.split(' ')[0] === request).length
  // The root, four folders, and the one above two of them.
  expect([count('grant'), count('import')]).toEqual([20 * 2 * 6, 20 * 2 * 6])
  // Those above come with them.
  expect(sent.filter(name => name.startsWith('createFolder platform-view'))).toHaveLength(20 * 2 * 4)
  expect(new Set(sent).size).toBe(sent.length)
  expect(site.server.mostAtOnce()).toBe(4)
  const asked = site.server.asked.length
  expect((await site.apply(many)).changed).toEqual([])
  const again = site.server.asked.slice(asked).filter(name => !name.startsWith('imports'))
  expect(again.length).toBeLessThanOrEqual(2 * 20 + 14)
})

test('the looking project is no other project for the tenancy', async () => {
  await site.apply(looking())
  const { host, talk } = site
  expect((await planTenancy({ site: 'bank', tenancy: looking() }, host, talk)).otherProjects).toEqual([])
  const other = serving({ 'talent-mesh.prod': ['a'] })
  expect((await planTenancy({ site: 'bank', tenancy: other }, host, talk)).otherProjects).toEqual([
    'platform-view',
  ])
})

describe('folders that come later', () => {
  beforeEach(async () => {
    await site.apply(looking(prod))
  })

  test('are drift, and looked into by another apply', async () => {
    await site.server.createFolder(await idOf(site, 'talent-mesh'), 'prod', '/tls/edge')
    const plan = await site.plan(looking(prod))
    expect(lines(plan.differences)).toEqual([
      'create folder platform-view/all/talent-mesh/prod/tls/edge: with /talent-mesh/prod/tls',
      'create grant talent-mesh/prod/tls: to platform-view',
      'create grant talent-mesh/prod/tls/edge: to platform-view',
      'create import talent-mesh/prod/tls: in platform-view',
      'create import talent-mesh/prod/tls/edge: in platform-view',
    ])
    expect(storesDrift(plan)?.code).toBe('TENANCY_DRIFT')
    await site.apply(looking(prod))
    expect(['talent-mesh/prod/tls', 'talent-mesh/prod/tls/edge'].map(sees)).toEqual([true, true])
    expect(site.starts()).toBe(1)
  })

  test('of the file, or environments and projects of it, are told while they are not there', async () => {
    const later = looking()
    const { unmet } = await site.apply({
      ...later,
      projects: [
        { slug: 'talent-mesh', environments: ['prod', 'test'], folders: ['/ci', '/new'] },
        { slug: 'newcomer', environments: ['prod'], folders: [] },
      ],
    })
    const why = 'it is not on the server: sealift tenancy apply makes it'
    expect(unmet).toEqual([
      { name: 'folder talent-mesh/prod/new', why },
      { name: 'environment talent-mesh/test', why },
      { name: 'project newcomer', why },
    ])
  })

  test('and a grant that somebody took back is made anew, with the import that is still there', async () => {
    site.server.sharing.take('talent-mesh/prod/ci')
    expect(sees('talent-mesh/prod/ci')).toBe(false)
    expect(lines((await site.apply(looking(prod))).changed)).toEqual([
      'create grant talent-mesh/prod/ci: to platform-view',
    ])
    expect(sees('talent-mesh/prod/ci')).toBe(true)
  })
})

test('what the file looks into no more is told, and goes with a prune of the looking project', async () => {
  await site.apply(looking())
  const { extras, equal } = await site.plan(looking(prod))
  expect(equal).toBe(false)
  const gone = ['hr-platform/prod', 'hr-platform/prod/ci', 'talent-mesh/dev']
  expect(lines(extras).toSorted()).toEqual(
    [
      ...gone.map(folder => `remove grant ${folder}: to platform-view`),
      ...gone.map(folder => `remove import ${folder}: in platform-view`),
    ].toSorted(),
  )
  expect(sees('hr-platform/prod')).toBe(true)
  await site.apply(looking(prod))
  expect(sees('hr-platform/prod')).toBe(true)
  await site.apply(looking(prod), ['platform-view'])
  expect(site.confirmed[0]).toBe('platform-view')
  expect([...gone, 'talent-mesh/prod/db'].map(sees)).toEqual([false, false, false, true])
  expect(await site.plan(looking(prod))).toMatchObject({ equal: true, extras: [] })
})

test('with the other layout all of it is left over, and goes with a prune', async () => {
  await site.apply(looking(prod))
  const other = serving({})
  expect((await site.plan(other)).extras.map(({ kind }) => kind)).toEqual([
    ...folders.map(() => 'import'),
    ...folders.map(() => 'grant'),
    ...['identity', 'store', 'credentials'],
  ])
  await site.apply(other, ['platform-view'])
  expect(await storeIn(site, 'infisical-store')).toBeUndefined()
  expect(await storeIn(site, 'sealift-probe')).toBeDefined()
  expect(folders.some(sees)).toBe(false)
  expect(await site.plan(other)).toMatchObject({ equal: true })
})

test('another looking project takes the store over; the one before goes with a prune', async () => {
  await site.apply(looking(prod))
  const moved = looking({ ...prod, project: 'other-view' })
  const { changed } = await site.apply(moved)
  expect(lines(changed)).toContain('change store infisical-store: serves every namespace')
  const left = await site.plan(moved)
  expect(lines(left.extras)).toEqual([
    ...folders.map(folder => `remove import ${folder}: in platform-view`),
    ...folders.map(folder => `remove grant ${folder}: to platform-view`),
    `remove identity ${identity}: with its client secrets`,
    'remove credentials platform-view.all',
  ])
  await site.apply(moved, ['platform-view'])
  expect(await site.plan(moved)).toMatchObject({ equal: true, extras: [] })
  const grants = await site.server.sharing.grants(await idOf(site, 'talent-mesh'))
  const other = await idOf(site, 'other-view')
  expect(grants?.map(({ targetProjectId }) => targetProjectId)).toEqual(folders.map(() => other))
})
