import { beforeEach, describe, expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import type { Tenancy } from '../../../../src/kernel/tenancy-file/index.ts'
import { driftFault, planTenancy } from '../../../../src/teams/verbs/tenancy-plan.ts'
import { answered } from '../../../support/answered.ts'
import type { MemoryTenancy } from '../../../support/memory-tenancy.ts'
import { rejection } from '../../site/wire/memory.ts'
import { decided, large, tenancyOf } from '../tenancy/tenancies.ts'
import { lines, type Verbs, verbs } from './helpers.ts'

let site: Verbs
let server: MemoryTenancy
beforeEach(async () => {
  site = await verbs()
  server = site.server
})

const plan = (tenancy: Tenancy) => site.plan(tenancy)
const apply = (tenancy: Tenancy) => site.apply(tenancy)

const wholeOf = [
  'create project talent-mesh: with dev, staging, prod',
  'create project hr-platform: description: HR',
  'create environment hr-platform/dev',
  'create environment hr-platform/prod',
  'create project platform-shared: with dev, staging, prod; delete protection on',
  'create environment platform-shared/dr',
  ...['dev', 'staging', 'prod', 'dr'].flatMap(environment => [
    `create folder platform-shared/${environment}/databases/primary: with /databases`,
    `create folder platform-shared/${environment}/monitoring`,
    `create folder platform-shared/${environment}/certificates`,
  ]),
]

describe('a tenancy that is not there yet', () => {
  test('is planned thing by thing, and nothing is sent', async () => {
    const { equal, differences, otherProjects } = await plan(decided())
    expect(lines(differences)).toEqual(wholeOf)
    expect([equal, otherProjects, server.changes()]).toEqual([false, [], []])
  })

  test('is made by apply as it was planned; a second apply changes nothing', async () => {
    const { changed } = await apply(decided())
    expect(lines(changed).toSorted()).toEqual(wholeOf.toSorted())
    expect((await plan(decided())).equal).toBe(true)
    const before = server.changes().length
    expect((await apply(decided())).changed).toEqual([])
    expect(server.changes()).toHaveLength(before)
  })
})

describe('what differs', () => {
  test('is changed, and what the file does not speak of stays', async () => {
    await apply(decided())
    const [hr] = (await server.projects()).filter(({ slug }) => slug === 'hr-platform')
    await server.changeProject(hr?.id ?? '', { description: 'Somebody else', deleteProtection: true })
    await server.createEnvironment(hr?.id ?? '', 'Test', 'test')
    await server.createFolder(hr?.id ?? '', 'prod', '/own')
    expect(lines((await plan(decided())).differences)).toEqual([
      'change project hr-platform: description: HR',
    ])
    expect(lines((await apply(decided())).changed)).toEqual(['change project hr-platform: description: HR'])
    const [after] = (await server.projects()).filter(({ slug }) => slug === 'hr-platform')
    expect(after).toMatchObject({ description: 'HR', deleteProtection: true })
    expect(after?.environments.map(({ slug }) => slug)).toEqual(['dev', 'prod', 'test'])
  })

  test('is a fault of its own for a cron, and none where all is equal', async () => {
    const fault = driftFault(await plan(decided()))
    expect([fault?.code, fault?.exitCode]).toEqual(['TENANCY_DRIFT', 71])
    expect(fault?.message).toBe('the server is not as the file says: 18 to make')
    await apply(decided())
    expect(driftFault(await plan(decided()))).toBeUndefined()
  })

  test('other projects are told, and left alone', async () => {
    await server.createProject({ slug: 'their-own', defaultEnvironments: true })
    await apply(decided())
    expect((await plan(decided())).otherProjects).toEqual(['their-own'])
  })
})

describe('a server', () => {
  test('of another organisation is left alone', async () => {
    const error = await rejection(apply(tenancyOf({ organization: 'other', projects: [] })))
    expect([error.code, error.message]).toEqual([
      'TENANCY_INVALID',
      'the file is of organisation other, and this server of openova',
    ])
    expect(server.changes()).toEqual([])
  })

  test('that refuses a thing is told with its name, and with how far it came', async () => {
    server.before = name => {
      if (name === 'createFolder platform-shared prod /monitoring') throw answered(403, 'not allowed')
    }
    const error = await rejection(apply(decided()))
    expect(error.message).toBe('folder platform-shared/prod/monitoring: Infisical answered 403: not allowed')
    expect(error.hints).toEqual([expect.stringMatching(/^\d+ things are done; run it again for the rest$/)])
    server.before = () => {}
    await apply(decided())
    expect((await plan(decided())).equal).toBe(true)
  })

  test('that fails half-way is given time, looked at again, and gone on with, one request at a time', async () => {
    const bad = { prod: true }
    // It has done it, and cannot say so: sending it again would be refused.
    server.after = name => {
      if (!bad.prod || name !== 'createFolder platform-shared prod /monitoring') return
      bad.prod = false
      throw answered(500, 'Something went wrong')
    }
    await apply(decided())
    expect(site.clock.sleeps).toEqual([1000])
    expect(server.asked.filter(name => name.endsWith('prod /monitoring'))).toHaveLength(1)
    expect((await plan(decided())).equal).toBe(true)
  })

  test('that has a project which the admin is not in is told so, at once', async () => {
    server.before = name => {
      if (name === 'createProject hr-platform') throw answered(400, 'A project with the slug already exists')
    }
    const error = await rejection(apply(decided()))
    expect(error.message).toBe(
      'project hr-platform: Infisical answered 400: A project with the slug already exists',
    )
    expect(error.hints[0]).toMatch(/^Where the project is there already.*admin@site.local is not in it/)
    expect(site.clock.sleeps).toEqual([])
  })

  test('that goes on failing ends it', async () => {
    server.before = name => {
      if (name.startsWith('createFolder')) throw answered(500, 'Something went wrong')
    }
    const error = await rejection(apply(decided()))
    expect(error.code).toBe('SERVER_FAILED')
    expect(site.clock.sleeps).toEqual([1000, 2000, 4000, 8000, 16000])
  })
})

describe('200 projects of 3 environments with 10 folders', () => {
  test('are made with no request that is not needed, four at once', async () => {
    const tenancy = large(200)
    await apply(tenancy)
    // Organisation, projects, licence; then each project, and seven folders in three environments: the others come with them.
    expect(server.asked).toHaveLength(3 + 200 * (1 + 3 * 7))
    expect(server.mostAtOnce()).toBe(4)
    const before = server.asked.length
    await apply(tenancy)
    expect(server.asked.slice(before)).toHaveLength(3 + 200)
  })
})

test('a cluster of another site, and one where nothing is, are told', async () => {
  const other = { site: 'branch', tenancy: decided() }
  const foreign = await rejection(planTenancy(other, site.host, site.talk))
  expect([foreign.code, foreign.message]).toEqual([
    'FOREIGN_INSTALL',
    'this cluster is site bank, and the site file is of branch',
  ])
  for (const name of ['infisical', 'external-secrets']) await site.cluster.delete(kinds.namespace, name)
  expect((await rejection(plan(decided()))).code).toBe('NOT_INSTALLED')
})

test('without the admin’s login it is said that nothing is installed', async () => {
  await site.cluster.delete(kinds.secret, 'infisical-admin', 'sealift-system')
  expect((await rejection(plan(decided()))).code).toBe('NOT_INSTALLED')
})

test('an admin’s login that the server does not take ends it', async () => {
  site.infisical.admin = { email: 'admin@site.local', password: 'changed' }
  expect((await rejection(plan(decided()))).code).toBe('FOREIGN_INSTALL')
})
