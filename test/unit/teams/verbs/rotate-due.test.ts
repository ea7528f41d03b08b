import { beforeEach, describe, expect, it } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { dueFault, findDue } from '../../../../src/teams/verbs/rotate-due.ts'
import { answered } from '../../../support/answered.ts'
import { type MemoryTenancy, memoryTenancy } from '../../../support/memory-tenancy.ts'
import { rejection } from '../../site/wire/memory.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { type TeamsSite, teamsSite } from './teams-site.ts'

const day = 86_400_000
const projects = [
  { slug: 'talent-mesh', environments: ['dev', 'prod'] },
  { slug: 'hr-platform', environments: ['prod'] },
]
const tenancy = (rotation: object | undefined = { policy: { maxAge: '90d' } }) =>
  tenancyOf({ projects, rotation })

let server: MemoryTenancy
let site: TeamsSite
beforeEach(async () => {
  server = memoryTenancy()
  site = await teamsSite(server)
  await server.createProject({ slug: 'talent-mesh', defaultEnvironments: true })
  const { rotation, secrets } = site.infisical
  for (const [key, days] of [
    ['prod/db/OLD', 200],
    ['prod//YOUNG', 1],
    ['dev//OLDER', 300],
  ] as const) {
    secrets.set(key, 'p4ssw0rd')
    rotation.changed.set(key, { at: site.clock.now() - days * day, ...(days > 250 ? { by: 'ann' } : {}) })
  }
})

const due = (file = tenancy()) => findDue({ site: 'bank', tenancy: file }, site.host, site.talk)

describe('old secrets', () => {
  it('are listed, the oldest first, with one request an environment and none for what is not there', async () => {
    const result = await due()
    expect(
      result.old.map(({ environment, path, name, days, by }) => [environment, path, name, days, by]),
    ).toEqual([
      ['dev', '/', 'OLDER', 300, 'ann'],
      ['prod', '/db', 'OLD', 200, undefined],
    ])
    expect(result).toMatchObject({ environments: 2, secrets: 3 })
    expect(result.unmet).toEqual([
      { name: 'hr-platform.prod', why: 'the server has none: sealift tenancy apply makes it' },
    ])
    expect(site.infisical.rotation.asked).toHaveLength(2)
    expect(JSON.stringify(result)).not.toContain('p4ssw0rd')
    const fault = dueFault(result)
    expect([fault?.code, fault?.exitCode, fault?.message]).toEqual([
      ...['SECRETS_OLD', 77, '2 secrets older than rotation.policy lets them be'],
    ])
  })

  it('are none where all are young enough', async () => {
    const result = await due(tenancy({ policy: { maxAge: '300d' } }))
    expect([result.old, dueFault(result)]).toEqual([[], undefined])
  })

  it('are told with a warning where a clock is wrong', async () => {
    site.infisical.rotation.changed.set('prod//YOUNG', { at: site.clock.now() + 2 * day })
    await due()
    expect(site.talk.told).toEqual([expect.stringContaining('1 secret changed in a time to come')])
  })

  it('are asked for again where the server fails', async () => {
    let failures = 0
    site.infisical.rotation.before = () => {
      failures += 1
      if (failures === 1) throw answered(500, 'Something went wrong')
    }
    expect((await due()).old).toHaveLength(2)
    expect(site.talk.told).toEqual([expect.stringContaining('the server failed')])
  })

  it.each([
    ['no rotation', {}],
    ['no policy', { rotation: { databases: [] } }],
  ])('want a policy: a file with %s is told so', async (_, fields) => {
    const error = await rejection(due(tenancyOf({ projects, ...fields })))
    expect(error).toBeInstanceOf(SealiftError)
    expect([error.code, error.message]).toEqual([
      'TENANCY_INVALID',
      'the tenancy file has no rotation.policy',
    ])
  })
})
