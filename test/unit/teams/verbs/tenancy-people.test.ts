import { beforeEach, describe, expect, test } from 'vitest'
import type { Tenancy } from '../../../../src/kernel/tenancy-file/index.ts'
import { unmetFault } from '../../../../src/teams/verbs/tenancy-apply/index.ts'
import { driftFault } from '../../../../src/teams/verbs/tenancy-plan.ts'
import { answered } from '../../../support/answered.ts'
import { rejection } from '../../site/wire/memory.ts'
import { large, tenancyOf } from '../tenancy/tenancies.ts'
import { lines, type Verbs, verbs } from './helpers.ts'

let site: Verbs
beforeEach(async () => {
  site = await verbs()
})

const project = (slug: string) => ({ slug, environments: ['dev', 'staging', 'prod'] })
const projects = [project('talent-mesh'), project('platform-shared')]
const talent = {
  name: 'Talent',
  people: ['ada@site.local', 'Ben@Site.local'],
  access: [{ project: 'talent-mesh', role: 'admin' }],
}
const platform = {
  name: 'Platform',
  people: ['cyd@site.local', 'ben@site.local'],
  access: [
    { project: 'platform-shared', role: 'admin' },
    { project: '*', role: 'viewer' },
  ],
}
const teams = (...all: object[]) => tenancyOf({ projects, teams: all })

/** Who is what in a project. */
async function membersOf(slug: string): Promise<string[]> {
  const { id = '' } = (await site.server.projects()).find(found => found.slug === slug) ?? {}
  return (await site.server.members(id)).map(({ email, roles }) => `${email} ${roles}`).sort()
}
const memberOf = async (slug: string, email: string) => {
  const { id = '' } = (await site.server.projects()).find(found => found.slug === slug) ?? {}
  const { id: member = '' } = (await site.server.members(id)).find(found => found.email === email) ?? {}
  return [id, member] as const
}
const kept = () => site.host.files.readText('tenancy.invitations')

describe('teams', () => {
  test('are people: each is invited once, and comes into the projects with the strongest of the roles', async () => {
    const planned = await site.plan(teams(talent, platform))
    expect(lines(planned.differences).filter(line => !line.includes(' project '))).toEqual([
      'create person ada@site.local: invited to the organisation',
      'create person ben@site.local: invited to the organisation',
      'create person cyd@site.local: invited to the organisation',
      'create member ada@site.local in talent-mesh: admin',
      'create member ben@site.local in talent-mesh: admin',
      'create member cyd@site.local in talent-mesh: viewer',
      'create member cyd@site.local in platform-shared: admin',
      'create member ben@site.local in platform-shared: admin',
    ])
    await site.apply(teams(talent, platform))
    expect(await membersOf('talent-mesh')).toEqual([
      'ada@site.local admin',
      'admin@site.local admin',
      'ben@site.local admin',
      'cyd@site.local viewer',
    ])
    expect(site.server.changes().filter(name => /^(invite|addMembers)/.test(name))).toEqual([
      'invite ada@site.local ben@site.local cyd@site.local',
      expect.stringMatching(/^addMembers /),
      expect.stringMatching(/^addMembers /),
      expect.stringMatching(/^addMembers /),
    ])
    const again = await site.plan(teams(talent, platform))
    expect([again.differences, again.extras, again.waiting.length]).toEqual([[], [], 3])
    expect(again.equal).toBe(true)
  })

  test('whose people came already are not invited, and nobody waits for them', async () => {
    await site.apply(teams(talent))
    site.server.come.add('ada@site.local')
    expect((await site.plan(teams(talent))).waiting).toEqual(['ben@site.local'])
    const applied = await site.apply(teams({ ...talent, people: [...talent.people, 'dot@site.local'] }))
    expect(lines(applied.changed)).toEqual([
      'create person dot@site.local: invited to the organisation',
      'create member dot@site.local in talent-mesh: admin',
    ])
  })

  test('that lose a right lose it, and that of somebody who has another team stays', async () => {
    await site.apply(teams(talent, platform))
    const less = { ...talent, access: [{ project: 'talent-mesh', role: 'viewer' }] }
    const { changed } = await site.apply(teams(less, platform))
    expect(lines(changed)).toEqual([
      'change member ada@site.local in talent-mesh: admin → viewer',
      'change member ben@site.local in talent-mesh: admin → viewer',
    ])
  })

  test('are not what the file speaks of: then nobody is asked about people', async () => {
    await site.apply(teams(talent))
    const before = site.server.asked.length
    expect((await site.plan(tenancyOf({ projects }))).equal).toBe(true)
    expect(site.server.asked.slice(before).filter(name => /people|members/.test(name))).toEqual([])
  })
})

describe('somebody in a project whom the file does not name', () => {
  test('is drift, and stays', async () => {
    await site.apply(teams(talent, platform))
    const plan = await site.plan(teams(talent))
    expect(lines(plan.extras)).toEqual([
      'remove member cyd@site.local in talent-mesh: viewer',
      'remove member cyd@site.local in platform-shared: admin',
      'remove member ben@site.local in platform-shared: admin',
    ])
    expect(driftFault(plan)?.message).toBe('the server is not as the file says: 3 not in the file')
    await site.apply(teams(talent))
    expect(await membersOf('platform-shared')).toHaveLength(3)
  })

  test('who has been given more by hand is put back', async () => {
    await site.apply(teams(platform))
    await site.server.changeMember(...(await memberOf('talent-mesh', 'cyd@site.local')), ['admin'])
    expect(lines((await site.apply(teams(platform))).changed)).toEqual([
      'change member cyd@site.local in talent-mesh: admin → viewer',
    ])
  })

  test('and is the admin is left alone, whatever the file says', async () => {
    const odd = { name: 'Odd', people: ['admin@site.local'], access: [{ project: '*', role: 'viewer' }] }
    await site.apply(teams(odd))
    expect(await membersOf('talent-mesh')).toEqual(['admin@site.local admin'])
    expect((await site.plan(teams(odd))).equal).toBe(true)
  })
})

describe('invitations', () => {
  test('are kept with whom they are for, before anybody is added; and told, but not shown', async () => {
    const seen: string[] = []
    site.server.before = name => {
      if (name.startsWith('addMembers')) seen.push(site.talk.told.join())
    }
    const { invitations } = await site.apply(teams(talent))
    expect(invitations).toEqual({ file: 'tenancy.invitations', people: ['ada@site.local', 'ben@site.local'] })
    expect((await kept()).split('\n').slice(2)).toEqual([
      'ada@site.local http://x/signupinvite?token=t-ada@site.local',
      'ben@site.local http://x/signupinvite?token=t-ben@site.local',
      '',
    ])
    expect(seen).toEqual(['invitations of ada@site.local, ben@site.local are in tenancy.invitations'])
    expect(JSON.stringify([invitations, site.talk.told])).not.toContain('token=')
  })

  test('are added to those that are there', async () => {
    await site.apply(teams(talent))
    await site.apply(teams(talent, platform))
    expect((await kept()).match(/@site\.local http/g)).toHaveLength(3)
  })

  test('are in a file for its owner alone', async () => {
    const modes: (number | undefined)[] = []
    const { write } = site.host.files
    site.host.files.write = async (path, text, mode) => {
      modes.push(mode)
      await write(path, text, mode)
    }
    await site.apply(teams(talent))
    expect(modes).toEqual([0o600, 0o600])
  })

  test('that cannot be kept are not asked for', async () => {
    site.host.files.write = async () => {
      throw answered(undefined, 'no room')
    }
    await expect(site.apply(teams(talent))).rejects.toThrow('no room')
    expect(site.server.changes()).toEqual([])
  })

  test('are asked for few at a time', async () => {
    const people = Array.from({ length: 45 }, (_, i) => `p${i}@site.local`)
    await site.apply(teams({ ...talent, people }))
    const invited = site.server.changes().filter(name => name.startsWith('invite'))
    expect(invited.map(name => name.split(' ').length - 1)).toEqual([20, 20, 5])
    expect((await kept()).match(/@site\.local http/g)).toHaveLength(45)
  })
})

describe('without a licence', () => {
  const auditor = { name: 'Audit', people: ['eve@site.local'], access: [{ project: '*', role: 'auditor' }] }

  test('a role of one’s own is told beforehand, item by item, and the rest is done', async () => {
    const unmet = ['talent-mesh', 'platform-shared'].map(slug => ({
      name: `role auditor of team Audit in ${slug}`,
      why: 'a role of your own wants a licence with custom roles (rbac)',
    }))
    const plan = await site.plan(teams(talent, auditor))
    expect([plan.unmet, plan.equal]).toEqual([unmet, false])
    const applied = await site.apply(teams(talent, auditor))
    expect(applied.unmet).toEqual(unmet)
    expect(unmetFault(applied)).toMatchObject({ code: 'TENANCY_UNMET', exitCode: 72 })
    expect(await membersOf('talent-mesh')).toHaveLength(3)
    expect(driftFault(await site.plan(teams(talent, auditor)))?.message).toContain(
      '2 things that cannot be had',
    )
  })

  test('one that is there is given with a licence, and one that is not is told', async () => {
    site.server.allowed = { customRoles: true, groups: true, most: {} }
    site.server.ownRoles.push('auditor')
    await site.apply(tenancyOf({ projects }))
    expect((await site.apply(teams(auditor))).unmet).toEqual([])
    expect(await membersOf('talent-mesh')).toContain('eve@site.local auditor')
    const other = { ...auditor, access: [{ project: 'talent-mesh', role: 'reader' }] }
    expect((await site.plan(teams(other))).unmet).toEqual([
      {
        name: 'role reader of team Audit in talent-mesh',
        why: 'the project has no such role: make it there first',
      },
    ])
  })

  test('limits of the licence are told beforehand', async () => {
    site.server.allowed = {
      customRoles: false,
      groups: false,
      most: { projects: 1, people: 2, environments: 2 },
    }
    expect((await site.plan(teams(talent))).unmet).toEqual([
      { name: '2 more projects', why: 'the licence allows 1, and there are 0' },
      { name: '2 more people', why: 'the licence allows 2, and there are 1' },
      { name: '3 environments of talent-mesh', why: 'the licence allows 2 in a project' },
      { name: '3 environments of platform-shared', why: 'the licence allows 2 in a project' },
    ])
  })
})

test('200 projects and 400 people: no request that is not needed, and two a project the second time', async () => {
  const ofProject = (i: number) => ({
    name: `Team ${i}`,
    people: [`a${i}@site.local`, `b${i}@site.local`],
    access: [{ project: `team-${i}`, role: 'admin' }],
  })
  const all = {
    name: 'Platform',
    people: ['a0@site.local', 'b0@site.local'],
    access: [{ project: '*', role: 'viewer' }],
  }
  const whole: Tenancy = {
    ...large(200),
    teams: tenancyOf({
      projects: large(200).projects,
      teams: [...Array(200).keys()].map(ofProject).concat(all),
    }).teams,
  }
  await site.apply(whole)
  // Four lists; twenty invitations; each project, seven folders in three environments, and its members by their role:
  // all are admins in one of them.
  expect(site.server.asked).toHaveLength(4 + 20 + 200 * (1 + 3 * 7 + 2) - 1)
  expect(site.server.mostAtOnce()).toBe(4)
  const [before, changes] = [site.server.asked.length, site.server.changes().length]
  await site.apply(whole)
  expect(site.server.asked.length - before).toBe(4 + 200 * 2)
  expect(site.server.changes()).toHaveLength(changes)
})

test('a failure after an invitation does not invite anybody again', async () => {
  let bad = true
  site.server.after = name => {
    if (!bad || !name.startsWith('addMembers')) return
    bad = false
    throw answered(502, 'no')
  }
  await site.apply(teams(talent))
  expect(site.server.changes().filter(name => /^(invite|addMembers)/.test(name))).toHaveLength(2)
  expect(await membersOf('talent-mesh')).toHaveLength(3)
})

test('an answer to an invitation that was lost is told, with whose links nobody has', async () => {
  let bad = true
  site.server.after = name => {
    if (!bad || !name.startsWith('invite')) return
    bad = false
    throw answered(500, 'Something went wrong')
  }
  expect((await site.apply(teams(talent))).invitations).toBeUndefined()
  expect(site.talk.told.join()).toMatch(
    /while it invited ada@site.local, ben@site.local: .* has no link; remove/,
  )
  expect((await site.plan(teams(talent))).waiting).toEqual(['ada@site.local', 'ben@site.local'])
})

test('an invitation that is refused is told', async () => {
  site.server.before = name => {
    if (name.startsWith('invite')) throw answered(403, 'no')
  }
  const error = await rejection(site.apply(teams(talent)))
  expect(error.message).toBe('person ada@site.local and 1 more: Infisical answered 403: no')
})
