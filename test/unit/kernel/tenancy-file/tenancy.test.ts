import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { parseTenancy } from '../../../../src/kernel/tenancy-file/index.ts'

const shipped = join(import.meta.dirname, '../../../../bundles/infisical/tenancy.yaml')

const head = 'apiVersion: sealift.dev/v1\nkind: Tenancy\norganization: openova\n'
const parse = (text: string) => parseTenancy(head + text, 'tenancy.yaml')

/** The faults that a file has. */
function faultsOf(text: string): readonly string[] {
  try {
    parseTenancy(text, 'tenancy.yaml')
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'TENANCY_INVALID') return error.faults
    throw error
  }
  return []
}
const faults = (text: string) => faultsOf(head + text)
const project = (fields: string) => `projects:\n  - { slug: talent-mesh, environments: [prod], ${fields} }\n`

test('the shipped example has the decision’s projects', () => {
  const { projects } = parseTenancy(readFileSync(shipped, 'utf8'), shipped)
  expect(projects.map(({ slug }) => slug)).toEqual(['talent-mesh', 'hr-platform', 'platform-shared'])
})

test('what is left out is filled in', () => {
  const { projects } = parse('projects:\n  - slug: talent-mesh\n    environments: [dev]\n')
  expect(projects).toEqual([{ slug: 'talent-mesh', environments: ['dev'], folders: [] }])
  expect(parse('').projects).toEqual([])
})

test('every fault is told at once, with its place', () => {
  const text = `apiVersion: sealift.dev/v2
kind: Tenancy
projects:
  - slug: abc
    environments: [Prod, dev, dev]
    folders: [db, /db, /db, /with space]
    protected: true
  - slug: talent-mesh
  - slug: talent-mesh
    environments: []
`
  expect(faultsOf(text)).toEqual([
    'apiVersion: expected "sealift.dev/v1"; found "sealift.dev/v2"',
    'organization: missing; expected a string',
    expect.stringMatching(/^projects\[0\]\.slug: expected a slug: 5 to 36 .*; found "abc"$/),
    expect.stringMatching(/^projects\[0\]\.environments\[0\]: expected a slug: .*; found "Prod"$/),
    expect.stringMatching(/^projects\[0\]\.folders\[0\]: expected a path such as .*; found "db"$/),
    expect.stringMatching(/^projects\[0\]\.folders\[3\]: expected a path such as .*; found "\/with space"$/),
    expect.stringMatching(/^projects\[0\]\.protected: unknown key; /),
    'projects[1].environments: missing; expected a list',
    'projects[2].environments: expected at least 1 entries; found a list',
    'projects[2].slug: expected a name of its own; talent-mesh is projects[1] already',
    'projects[0].environments[2]: expected a name of its own; dev is projects[0].environments[1] already',
    'projects[0].folders[2]: expected a name of its own; /db is projects[0].folders[1] already',
  ])
})

describe('what the server would refuse is a fault', () => {
  test.each([
    'abcd',
    'a'.repeat(37),
    'Talent-mesh',
    'talent_mesh',
    '-talent',
    'talent-',
    'talent--mesh',
    'tälent',
  ])('the slug %s', slug => {
    expect(faults(`projects:\n  - { slug: ${JSON.stringify(slug)}, environments: [prod] }\n`)).toHaveLength(1)
  })
  test.each(['/', 'db', '/db/', '//db', '/d.b', '/d b', '/../db', '/dä', `/${'a'.repeat(256)}`])(
    'the folder %s',
    path => {
      expect(faults(project(`folders: [${JSON.stringify(path)}]`))).toHaveLength(1)
    },
  )
  test.each(['" x"', '"x "', '"a\\nb"', '""'])('the description %s', description => {
    expect(faults(project(`description: ${description}`))).toHaveLength(1)
  })
})

test.each(['abcde', 'a'.repeat(36), '0-1-2', 'talent-mesh'])('the slug %s is fine', slug => {
  expect(faults(`projects:\n  - { slug: ${slug}, environments: [prod] }\n`)).toEqual([])
})

test.each(['/db', '/DB_1/x-y', '/a/b/c/d'])('the folder %s is fine', path => {
  expect(faults(project(`folders: [${path}]`))).toEqual([])
})

describe('teams', () => {
  const projects = 'projects:\n  - { slug: talent-mesh, environments: [prod] }\n'
  const team = (fields: string) => `${projects}teams:\n  - { name: One, ${fields} }\n`

  test('have people by their address in small letters, and roles in projects of the file or in all', () => {
    const access = 'access: [{ project: talent-mesh, role: admin }, { project: "*", role: viewer }]'
    const { teams } = parse(team(`people: [Ada@Site.Local], ${access}`))
    expect(teams?.[0]).toMatchObject({ people: ['ada@site.local'] })
    expect(parse(projects).teams).toBeUndefined()
  })

  test.each([
    ['people: [ada]', 'teams[0].people[0]: expected an e-mail address; found "ada"'],
    [
      'people: [ada@x.io, ADA@x.io]',
      'teams[0].people[1]: expected a name of its own; ada@x.io is teams[0].people[0] already',
    ],
    [
      'people: [], access: [{ project: hr-platform, role: admin }]',
      'teams[0].access[0].project: expected the slug of a project of this file, or "*"; found "hr-platform"',
    ],
    [
      'people: [], access: [{ project: "*", role: Admin }]',
      'teams[0].access[0].role: expected a role: admin, member, viewer, no-access, or one of your own; found "Admin"',
    ],
    [
      'people: [], access: [{ project: "*", role: admin }, { project: "*", role: viewer }]',
      'teams[0].access[1].project: expected a name of its own; * is teams[0].access[0] already',
    ],
  ])('with %s have a fault', (fields, fault) => {
    expect(faults(team(fields))).toContain(fault)
  })

  test('of one name are told', () => {
    expect(faults('teams:\n  - { name: One, people: [] }\n  - { name: One, people: [] }\n')).toEqual([
      'teams[1].name: expected a name of its own; One is teams[0] already',
    ])
  })
})

describe('identities', () => {
  const one = (access: string) => `${project('')}identities:\n  - { name: ci, access: [${access}] }\n`

  test.each(['/', '/**', '/ci', '/ci/**', '/a/b_c/**'])('may have the path %s', path => {
    expect(faults(one(`{ project: talent-mesh, read: ["${path}"] }`))).toEqual([])
  })

  test.each(['', 'ci', '/ci/', '/ci/*', '/**/x', '/ci/**/', '**', '/c i'])(
    'may not have the path "%s"',
    path => {
      expect(faults(one(`{ project: talent-mesh, read: ["${path}"] }`))).toHaveLength(1)
    },
  )

  test.each([
    ['{ project: talent-mesh }', 'identities[0].access[0]: expected paths to read or to write'],
    [
      '{ project: "*", read: ["/"] }',
      'identities[0].access[0].project: expected the slug of a project of this file; found "*"',
    ],
    [
      '{ project: talent-mesh, environments: [dev], read: ["/"] }',
      'identities[0].access[0].environments[0]: expected an environment of "talent-mesh"; found "dev"',
    ],
  ])('with %s have a fault', (access, fault) => {
    expect(faults(one(access))).toEqual([fault])
  })

  test('of one name are told', () => {
    expect(faults('identities: [{ name: ci }, { name: ci }]\n')).toEqual([
      'identities[1].name: expected a name of its own; ci is identities[0] already',
    ])
  })
})
