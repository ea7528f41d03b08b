import { beforeEach, describe, expect, test } from 'vitest'
import { driftFault } from '../../../../src/teams/verbs/tenancy-plan.ts'
import { answered } from '../../../support/answered.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { lines, type Verbs, verbs } from './helpers.ts'

let site: Verbs
beforeEach(async () => {
  site = await verbs()
})

const projects = [
  { slug: 'talent-mesh', environments: ['dev', 'prod'], folders: ['/ci/deploy', '/db'] },
  { slug: 'hr-platform', environments: ['prod'] },
]
const ci = { name: 'ci', access: [{ project: 'talent-mesh', environments: ['prod'], read: ['/ci/**'] }] }
const eso = {
  name: 'eso',
  access: [
    { project: 'talent-mesh', read: ['/**'] },
    { project: 'hr-platform', read: ['/**'], write: ['/tls'] },
  ],
}
const machines = (...identities: object[]) => tenancyOf({ projects, identities })
const idOf = async (slug: string) =>
  (await site.server.projects()).find(found => found.slug === slug)?.id ?? ''
const identityOf = async (name: string) =>
  (await site.server.identities()).find(identity => identity.name === name)?.id ?? ''
const ofMachines = (all: readonly string[]) => all.filter(line => /identity|machine|privilege/i.test(line))

describe('machine identities', () => {
  const made = [
    'create identity ci: no-access in the organisation',
    'create identity eso: no-access in the organisation',
    'create machine ci in talent-mesh: no-access',
    'create privilege ci in talent-mesh: prod: reads /ci/**',
    'create machine eso in talent-mesh: no-access',
    'create privilege eso in talent-mesh: dev: reads /**; prod: reads /**',
    'create machine eso in hr-platform: no-access',
    'create privilege eso in hr-platform: prod: reads /**, writes /tls',
  ]

  test('are made without a role, and get one privilege in each project; a second apply changes nothing', async () => {
    const wanted = machines(ci, eso)
    expect(ofMachines(lines((await site.plan(wanted)).differences))).toEqual(made)
    const { changed } = await site.apply(wanted)
    expect(ofMachines(lines(changed)).toSorted()).toEqual(made.toSorted())
    const changes = site.server.changes().length
    const asked = site.server.asked.length
    expect((await site.apply(wanted)).changed).toEqual([])
    expect(site.server.changes()).toHaveLength(changes)
    // Four lists; folders and machines of two projects; and of each right its privilege, in two requests.
    expect(site.server.asked.length - asked).toBe(4 + 2 * 2 + 3 * 2)
    expect((await site.plan(wanted)).equal).toBe(true)
  })

  test('that are there by name are taken, once', async () => {
    await site.server.createIdentity('ci')
    await site.apply(machines(ci))
    expect((await site.server.identities()).filter(({ name }) => name === 'ci')).toHaveLength(1)
  })

  test('of one name are told, and never made three', async () => {
    const ids = [await site.server.createIdentity('ci'), await site.server.createIdentity('ci')]
    const applied = await site.apply(machines(ci, eso))
    expect(applied.unmet).toEqual([
      {
        name: 'identity ci',
        why: `the server has 2 of this name, and nothing says which is meant (${ids.join(', ')}): delete or rename the others`,
      },
    ])
    expect((await site.server.identities()).filter(({ name }) => name === 'ci')).toHaveLength(2)
    expect(ofMachines(lines(applied.changed)).some(line => line.includes(' ci'))).toBe(false)
  })

  test('with a role in the organisation have no least privilege: that is told', async () => {
    await site.apply(machines(ci))
    site.server.giveOrganizationRole('ci', 'admin')
    const { unmet } = await site.plan(machines(ci))
    expect(unmet.map(({ name }) => name)).toEqual(['least privilege of identity ci'])
  })
})

describe('what somebody gave an identity by hand', () => {
  beforeEach(async () => {
    await site.apply(machines(ci, eso))
  })

  test('as a role in a project is taken back', async () => {
    site.server.giveRole(await idOf('talent-mesh'), await identityOf('ci'), 'admin')
    expect(lines((await site.plan(machines(ci, eso))).differences)).toEqual([
      'change machine ci in talent-mesh: admin → no-access',
    ])
    await site.apply(machines(ci, eso))
    expect((await site.plan(machines(ci, eso))).equal).toBe(true)
  })

  test('in the file’s own privilege is put right', async () => {
    const [privilege] = await site.server.privileges(await idOf('talent-mesh'), await identityOf('ci'))
    await site.server.changePrivilege(privilege?.id ?? '', 'sealift-tenancy', [
      { subject: 'secrets', action: ['describeSecret', 'readValue'] },
    ])
    expect(lines((await site.apply(machines(ci, eso))).changed)).toEqual([
      'change privilege ci in talent-mesh: prod: reads /ci/**',
    ])
  })

  test('as another privilege, or another identity, is drift, and goes with a prune', async () => {
    const [project, identity] = [await idOf('talent-mesh'), await identityOf('ci')]
    await site.server.createPrivilege(project, identity, 'more', [{ subject: 'secrets', action: ['edit'] }])
    await site.server.addMachine(project, await site.server.createIdentity('stranger'))
    const plan = await site.plan(machines(ci, eso))
    expect(lines(plan.extras)).toEqual([
      'remove privilege more of ci in talent-mesh',
      'remove machine stranger in talent-mesh: no-access',
    ])
    expect(driftFault(plan)?.message).toBe('the server is not as the file says: 2 not in the file')
    await site.apply(machines(ci, eso), ['talent-mesh'])
    expect((await site.plan(machines(ci, eso))).extras).toEqual([])
  })
})

test('an identity that loses a project is told, and taken out by a prune alone', async () => {
  await site.apply(machines(eso))
  const less = machines({ ...eso, access: eso.access.slice(0, 1) })
  expect(lines((await site.plan(less)).extras)).toEqual(['remove machine eso in hr-platform: no-access'])
  await site.apply(less)
  expect((await site.plan(less)).extras).toHaveLength(1)
  await site.apply(less, ['hr-platform'])
  expect((await site.plan(less)).equal).toBe(true)
  // Its privilege there was left behind, and is taken up again.
  await site.apply(machines(eso))
  expect((await site.plan(machines(eso))).equal).toBe(true)
})

test('an identity of the project itself that is called the same is not taken for the file’s', async () => {
  const project = { slug: 'talent-mesh', environments: ['dev', 'prod'] }
  await site.apply(tenancyOf({ projects: [project] }))
  const own = await site.server.createIdentity('ci')
  await site.server.addMachine(await idOf('talent-mesh'), own)
  site.server.giveRole(await idOf('talent-mesh'), own, 'admin')
  // The organisation does not list those of a project.
  const { identities } = site.server
  site.server.identities = async () => (await identities()).filter(({ id }) => id !== own)
  const { changed } = await site.apply(machines(ci))
  expect(lines(changed).filter(line => / ci( |$|:)/.test(line))).toEqual([
    'create identity ci: no-access in the organisation',
    'create machine ci in talent-mesh: no-access',
    'create privilege ci in talent-mesh: prod: reads /ci/**',
  ])
  const after = await site.plan(machines(ci))
  expect(after.differences).toEqual([])
  expect(lines(after.extras)).toEqual(['remove machine ci in talent-mesh: admin'])
})

test('the identity with which Sealift proves that secrets arrive is left alone', async () => {
  const shared = { slug: 'platform-shared', environments: ['prod'] }
  const wanted = tenancyOf({ projects: [shared], identities: [] })
  await site.apply(wanted)
  await site.server.addMachine(
    await idOf('platform-shared'),
    await site.server.createIdentity('external-secrets'),
  )
  expect((await site.plan(wanted)).equal).toBe(true)
})

test('a limit of the licence for identities is told beforehand', async () => {
  site.server.allowed = { customRoles: false, groups: false, most: { identities: 1 } }
  expect((await site.plan(machines(ci, eso))).unmet).toEqual([
    { name: '2 more identities', why: 'the licence allows 1, and there are 0' },
  ])
})

test('a failure after an identity was made does not make another one', async () => {
  let bad = true
  site.server.after = name => {
    if (!bad || name !== 'createIdentity ci') return
    bad = false
    throw answered(500, 'Something went wrong')
  }
  await site.apply(machines(ci))
  expect((await site.server.identities()).filter(({ name }) => name === 'ci')).toHaveLength(1)
  expect((await site.plan(machines(ci))).equal).toBe(true)
})
