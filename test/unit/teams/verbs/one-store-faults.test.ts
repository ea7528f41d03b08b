import { beforeEach, describe, expect, test } from 'vitest'
import { isReady, lookAnnotation, servesTeams } from '../../../../src/kernel/owned/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { lookMark } from '../../../../src/teams/looking/index.ts'
import { storesFault } from '../../../../src/teams/verbs/stores-apply/index.ts'
import { storesDrift } from '../../../../src/teams/verbs/stores-plan.ts'
import { answered } from '../../../support/answered.ts'
import { rejection } from '../../site/wire/memory.ts'
import { idOf, looking, type OneStoreSite, oneStoreSite } from './one-store-site.ts'
import { storeIn } from './stores-site.ts'

let site: OneStoreSite
beforeEach(async () => {
  site = await oneStoreSite()
})

const prod = { into: [{ project: 'talent-mesh', environments: ['prod'] }] }
const sees = (source: string) => site.server.sharing.reads(`platform-view/all/${source}`, source)
const own = { project: 'talent-mesh', environment: 'prod', namespaces: ['talent-mesh'] }

describe('a server that cannot have it', () => {
  test.each([
    [
      'is too old',
      () => {
        site.server.sharing.known = false
      },
      /^this Infisical knows no grants between projects.*take layout: store-per-environment/,
    ],
    [
      'wants a licence for it',
      () => {
        site.server.allowed = { customRoles: false, groups: false, sharing: false, most: {} }
      },
      /^this Infisical wants a licence.*take layout: store-per-environment/,
    ],
  ])('because it %s is told; the rest is done, and Infisical is not started', async (_, make, why) => {
    make()
    const before = await storeIn(site, 'infisical-store')
    const wanted = looking(prod, { serve: [own] })
    const { differences, unmet } = await site.plan(wanted)
    expect(unmet).toEqual([{ name: 'store infisical-store', why: expect.stringMatching(why) }])
    expect(differences.map(({ kind }) => kind)).not.toContain('variable')
    const applied = await site.apply(wanted)
    expect(storesFault(applied)).toMatchObject({ code: 'TENANCY_UNMET' })
    expect(await storeIn(site, 'talent-mesh.prod')).toBeDefined()
    expect(await storeIn(site, 'infisical-store')).toEqual(before)
    expect([site.starts(), await idOf(site, 'platform-view')]).toEqual([0, ''])
  })
})

test('a project of that name that Sealift did not make is left alone, until it is called so', async () => {
  const id = (await site.server.createProject({ slug: 'platform-view', defaultEnvironments: true })).id
  const { unmet } = await site.apply(looking(prod))
  expect(unmet[0]?.why).toMatch(/^nothing says that Sealift made project platform-view: name another one/)
  expect((await site.server.projects()).find(project => project.id === id)?.environments).toHaveLength(3)
  const description = /"([^"]+)"/.exec(unmet[0]?.why ?? '')?.[1] ?? ''
  await site.server.changeProject(id, { description })
  expect((await site.apply(looking(prod))).unmet).toEqual([])
  expect(sees('talent-mesh/prod')).toBe(true)
})

describe('a looking project that somebody has made beforehand, in the name and words of Sealift', () => {
  const planted = async () => {
    const project = { slug: 'platform-view', description: lookMark, defaultEnvironments: false }
    return (await site.server.createProject(project)).id
  }

  test.each([
    [
      'a person',
      async (id: string) => {
        await site.server.invite(['eve@bank.example'])
        await site.server.addMembers(id, ['eve@bank.example'], ['admin'])
        return async () => {
          const [eve] = (await site.server.members(id)).filter(({ email }) => email === 'eve@bank.example')
          await site.server.removeMember(id, eve?.id ?? '')
        }
      },
      /^no store of Sealift's reads project platform-view yet, and eve@bank.example would see/,
    ],
    [
      'an identity',
      async (id: string) => {
        const eve = await site.server.createIdentity('eves-machine')
        await site.server.addMachine(id, eve)
        return () => site.server.removeMachine(id, eve)
      },
      /^no store of Sealift's reads project platform-view yet, and identity eves-machine would see/,
    ],
  ])('is shown nothing while %s is in it', async (_, put, why) => {
    const takeOut = await put(await planted())
    const { unmet } = await site.apply(looking(prod))
    expect(unmet).toEqual([{ name: 'store infisical-store', why: expect.stringMatching(why) }])
    expect(sees('talent-mesh/prod')).toBe(false)
    await takeOut()
    expect((await site.apply(looking(prod))).unmet).toEqual([])
    expect(sees('talent-mesh/prod')).toBe(true)
  })
})

test('an infisical-store that Sealift did not make is not written over', async () => {
  await site.cluster.delete(kinds.clusterSecretStore, 'infisical-store')
  await site.cluster.apply({ ...kinds.clusterSecretStore, metadata: { name: 'infisical-store' }, spec: {} })
  expect(await rejection(site.apply(looking(prod)))).toMatchObject({
    code: 'FOREIGN_INSTALL',
    faults: ['ClusterSecretStore infisical-store'],
  })
})

test.each(['createProject platform-view', 'grant', 'import', 'createFolder platform-view'])(
  'a server that fails at %s is looked at again, and nothing is made twice',
  async request => {
    let bad = true
    site.server.after = name => {
      if (!bad || !name.startsWith(request)) return
      bad = false
      throw answered(500, 'Something went wrong')
    }
    await site.apply(looking(prod))
    expect(bad).toBe(false)
    expect(await site.plan(looking(prod))).toMatchObject({ equal: true })
    expect(['talent-mesh/prod', 'talent-mesh/prod/db/primary'].map(sees)).toEqual([true, true])
  },
)

test.each(['grant', 'import', 'createPrivilege', 'createIdentity', 'allow'])(
  'one that was killed at %s goes on where it was',
  async request => {
    let bad = true
    site.server.before = name => {
      if (bad && name.split(' ')[0] === request) throw new Error('killed')
    }
    await expect(site.apply(looking(prod))).rejects.toThrow('killed')
    bad = false
    await site.apply(looking(prod))
    expect(await site.plan(looking(prod))).toMatchObject({ equal: true })
    expect(site.starts()).toBe(1)
  },
)

test('a refusal names the folder, and says what to do about a pod with another environment', async () => {
  await site.apply(looking(prod))
  await site.server.createFolder(await idOf(site, 'talent-mesh'), 'prod', '/later')
  site.server.sharing.told = false
  const error = await rejection(site.apply(looking(prod)))
  expect(error.message).toMatch(
    /^grant talent-mesh\/prod\/later: .* 403: Cross-project secret sharing is not/,
  )
  expect(error.hints).toContainEqual(expect.stringContaining('CROSS_PROJECT_SECRET_SHARING_ORG_WHITELIST'))
})

test('pods that were not started since they were told are started by an apply', async () => {
  await site.apply(looking(prod))
  const annotations = { 'sealift.dev/environment': 'sha256:older' }
  const metadata = { name: 'infisical', namespace: 'infisical' }
  const spec = { template: { metadata: { annotations } } }
  await site.cluster.applyAs('sealift', { ...kinds.deployment, metadata, spec })
  const starts = site.starts()
  expect((await site.plan(looking(prod))).differences.map(({ kind }) => kind)).toContain('variable')
  expect((await site.apply(looking(prod))).changed.map(({ kind }) => kind)).toEqual(['variable'])
  expect(site.starts()).toBe(starts + 1)
})

describe('what others put into the looking project', () => {
  beforeEach(async () => {
    await site.apply(looking(prod))
    site.infisical.secrets.set('prod/db/PASSWORD', 'the team’s')
  })

  test('is told where it stands before a team’s secret: that is drift', async () => {
    site.server.sharing.names.set('platform-view/all/talent-mesh/prod/db', ['PASSWORD'])
    const plan = await site.plan(looking(prod))
    expect(plan.unmet).toEqual([
      {
        name: 'secret talent-mesh/prod/db/PASSWORD',
        why: expect.stringMatching(/^one of this name in platform-view\/all\/talent-mesh\/prod\/db is read/),
      },
    ])
    expect([plan.differences, plan.foreign]).toEqual([[], []])
    expect(storesDrift(plan)?.code).toBe('TENANCY_DRIFT')
    expect(storesFault(await site.apply(looking(prod)))?.code).toBe('TENANCY_UNMET')
    expect(site.server.sharing.names.size).toBe(1)
  })

  test('is told and left alone where it does not, and is no drift', async () => {
    const view = await idOf(site, 'platform-view')
    const team = await idOf(site, 'talent-mesh')
    site.server.sharing.names.set('platform-view/all/talent-mesh/prod', ['OTHER'])
    await site.server.sharing.import(
      { projectId: view, environment: 'all', path: '/talent-mesh/prod/ci' },
      { projectId: team, environment: 'prod', path: '/db' },
    )
    await site.server.invite(['eve@site.local'])
    await site.server.addMembers(view, ['eve@site.local'], ['viewer'])
    const stranger = await site.server.createIdentity('stranger')
    await site.server.addMachine(view, stranger)
    const { foreign, equal } = await site.plan(looking(prod))
    expect(foreign.map(({ name }) => name)).toEqual([
      'secret platform-view/all/talent-mesh/prod/OTHER',
      'import platform-view/all/talent-mesh/prod/ci',
      'eve@site.local in platform-view',
      'identity stranger in platform-view',
    ])
    expect(equal).toBe(true)
    const before = site.server.changes().length
    expect((await site.apply(looking(prod), ['platform-view'])).foreign).toHaveLength(4)
    expect(site.server.changes()).toHaveLength(before)
  })
})

test('a prune that nobody means deletes nothing, and a project that nobody knows is refused', async () => {
  const unwilling = await oneStoreSite(() => {
    throw new Error('not meant')
  })
  await unwilling.apply(looking())
  const before = unwilling.server.changes().length
  await expect(unwilling.apply(looking(prod), ['platform-view'])).rejects.toThrow('not meant')
  expect(unwilling.server.changes()).toHaveLength(before)
  expect(await rejection(site.apply(looking(prod), ['nobody']))).toMatchObject({ code: 'USAGE' })
  expect(site.starts()).toBe(0)
})

test('what its identity could read elsewhere is told', async () => {
  const { lets } = site.server
  const team = await idOf(site, 'talent-mesh')
  site.server.lets = (id, action, place) =>
    (action === 'read' && place.projectId === team) || lets(id, action, place)
  const { unmet } = await site.apply(looking(prod))
  expect(unmet).toEqual([
    {
      name: 'least privilege of identity external-secrets.platform-view.all',
      why: 'it could read talent-mesh/prod/, which the file does not let it',
    },
  ])
})

test('the install’s own store is ready under its other name before teams have the one it had', async () => {
  const { react } = site.cluster.behaviour
  const probe = () => storeIn(site, 'sealift-probe')
  let before: boolean | undefined
  site.cluster.behaviour.react = async (object, cluster) => {
    const { name, annotations } = object.metadata
    // As External Secrets Operator backs off from a server that has just started.
    if (name === 'sealift-probe' && annotations?.[lookAnnotation] === undefined) return
    if (name === 'infisical-store' && before === undefined && servesTeams(object))
      before = isReady(await probe())
    await react(object, cluster)
  }
  const applied = await site.apply(looking())
  expect([before, isReady(await probe()), applied.unready]).toEqual([true, true, []])
})
