import { beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../../../src/kernel/ports/index.ts'
import { unmetFault } from '../../../../src/teams/verbs/tenancy-apply/index.ts'
import { answered } from '../../../support/answered.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { type Verbs, verbs } from './helpers.ts'

let site: Verbs
beforeEach(async () => {
  site = await verbs()
})

const wanted = tenancyOf({
  projects: [{ slug: 'talent-mesh', environments: ['dev', 'prod'], folders: ['/ci'] }],
  identities: [{ name: 'ci', access: [{ project: 'talent-mesh', environments: ['prod'], read: ['/ci'] }] }],
})
const names = async () => (await site.server.identities()).map(({ name }) => name)

describe('what an identity must not do', () => {
  test('is tried by a twin, which is gone then; and not again where no right has changed', async () => {
    const { proven, unmet } = await site.apply(wanted)
    expect([proven, unmet]).toEqual([[{ identity: 'ci', tried: 5 }], []])
    expect(await names()).toEqual(['ci'])
    expect(site.server.asked.filter(name => name.startsWith('createIdentity'))).toEqual([
      'createIdentity ci',
      'createIdentity sealift-proof-0001020304050607',
    ])
    // What was listed is not asked again for it; the second list is this test's own.
    const lists = site.server.asked.filter(name => /^(projects|identities)$/.test(name))
    expect(lists.toSorted()).toEqual(['identities', 'identities', 'projects'])
    expect((await site.apply(wanted)).proven).toEqual([])
  })

  test('and can do is told, and a secret that was made by it is gone', async () => {
    site.server.lets = (_, action, { environment }) => action === 'write' || environment === 'prod'
    const applied = await site.apply(wanted)
    expect(unmetFault(applied)?.faults).toEqual([
      'least privilege of identity ci: it could write talent-mesh/dev/, which the file does not let it',
      'least privilege of identity ci: it could read talent-mesh/prod/, which the file does not let it',
      'least privilege of identity ci: it could write talent-mesh/prod/ci, which the file does not let it',
    ])
    expect([...site.infisical.secrets]).toEqual([])
    expect(await names()).toEqual(['ci'])
  })

  test('is tried once it is let do what it may: a right that is new may be refused for a while', async () => {
    const { lets } = site.server
    let refusals = 3
    site.server.lets = (...asked) => refusals-- <= 0 && lets(...asked)
    expect((await site.apply(wanted)).unmet).toEqual([])
    expect(site.clock.sleeps).toEqual([1000, 1000, 1000])
  })

  test('is tried anew, by another twin, where the server fails meanwhile', async () => {
    let failures = 1
    site.server.before = name => {
      if (name.startsWith('createPrivilege talent-mesh sealift-proof') && failures-- > 0)
        throw answered(500, 'Something went wrong')
    }
    expect((await site.apply(wanted)).proven).toEqual([{ identity: 'ci', tried: 5 }])
    expect(site.clock.sleeps).toEqual([1000])
    expect(await names()).toEqual(['ci'])
  })

  test('waits for a server that cannot delete the twin yet', async () => {
    const { deleteIdentity } = await site.infisical.login(
      'admin@site.local',
      new Secret('admins-own-password'),
    )
    let deletions = 0
    const login = site.infisical.login.bind(site.infisical)
    site.infisical.login = async (...args) => ({
      ...(await login(...args)),
      async deleteIdentity(id) {
        deletions += 1
        if (deletions > 3) return await deleteIdentity(id)
        throw answered(500, 'Something went wrong')
      },
    })
    expect((await site.apply(wanted)).proven).toEqual([{ identity: 'ci', tried: 5 }])
    expect([site.clock.sleeps, await names()]).toEqual([[1000, 2000, 4000], ['ci']])
  })

  test('and what it may and never can is told', async () => {
    site.server.lets = () => false
    expect((await site.apply(wanted)).unmet).toEqual([
      {
        name: 'least privilege of identity ci',
        why: 'it could not read talent-mesh/prod/ci, which the file lets it',
      },
    ])
    expect(site.clock.sleeps).toHaveLength(14)
  })

  test('leaves no twin, also when the server refuses to go on, and takes away what a killed run has left', async () => {
    site.server.before = name => {
      if (name.startsWith('createPrivilege talent-mesh sealift-proof')) throw answered(403, 'no')
    }
    await expect(site.apply(wanted)).rejects.toThrow('403')
    expect(await names()).toEqual(['ci'])
    site.server.before = () => {}
    await site.server.createIdentity('sealift-proof-00112233aabbccdd')
    await site.server.createIdentity('sealift-proof-of-somebody')
    const wider = tenancyOf({
      projects: wanted.projects,
      identities: [{ name: 'ci', access: [{ project: 'talent-mesh', read: ['/ci'] }] }],
    })
    await site.apply(wider)
    expect(await names()).toEqual(['ci', 'sealift-proof-of-somebody'])
  })

  test('is tried again where a run was killed while it tried: its twin goes, whatever else there is to do', async () => {
    await site.apply(wanted)
    await site.server.createIdentity('sealift-proof-00112233aabbccdd')
    const again = await site.apply(wanted)
    expect([again.changed, again.proven]).toEqual([[], [{ identity: 'ci', tried: 5 }]])
    expect(await names()).toEqual(['ci'])
    await site.server.createIdentity('sealift-proof-00112233aabbccdd')
    await site.apply(tenancyOf({ projects: wanted.projects, identities: [] }))
    expect(await names()).toEqual(['ci'])
  })
})
