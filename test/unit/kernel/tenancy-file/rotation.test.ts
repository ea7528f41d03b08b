import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { parseTenancy } from '../../../../src/kernel/tenancy-file/index.ts'

const database = { host: 'pg.databases.svc', name: 'app' }
const good = {
  ...{ name: 'app', project: 'talent-mesh', environment: 'prod' },
  ...{ username: 'DB_USER', password: 'PW', database },
}
const file = (rotation: unknown) =>
  JSON.stringify({
    ...{ apiVersion: 'sealift.dev/v1', kind: 'Tenancy', organization: 'openova', rotation },
    projects: [{ slug: 'talent-mesh', environments: ['dev', 'prod'] }],
  })
const read = (rotation: unknown) => parseTenancy(file(rotation), 'tenancy.yaml').rotation

/** The faults that a rotation has. */
function faults(rotation: unknown): readonly string[] {
  try {
    read(rotation)
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'TENANCY_INVALID') return error.faults
    throw error
  }
  return []
}

describe('rotation', () => {
  test('may be left out, and has defaults', () => {
    expect(read(undefined)).toBeUndefined()
    expect(read({})).toEqual({ databases: [] })
    expect(read({ databases: [good] })?.databases).toEqual([
      { ...good, path: '/', every: '30d', database: { ...database, port: 5432, tls: 'require' } },
    ])
    expect(
      read({ policy: { maxAge: '90d', except: [{ project: 'talent-mesh', maxAge: 'never' }] } })?.policy,
    ).toEqual({
      maxAge: '90d',
      except: [{ project: 'talent-mesh', path: '/**', maxAge: 'never' }],
    })
  })

  const admin = { namespace: 'databases', name: 'postgres-superuser' }
  test.each([
    [{ role: 'app' }, 'rotation.databases[0].username: expected username or role, and not both'],
    [
      { username: undefined },
      'rotation.databases[0].username: missing; expected username or role, and not both',
    ],
    [
      { username: undefined, role: 'app', roles: ['a', 'b'], admin },
      'rotation.databases[0].roles: expected username beside it: the secret that says which of them is in use',
    ],
    [
      { roles: ['a', 'b'] },
      'rotation.databases[0].roles: expected admin beside it: a role cannot change the password of another',
    ],
    [{ roles: ['a', 'a'], admin }, 'rotation.databases[0].roles: expected two different roles'],
    [{ password: 'DB_USER' }, 'rotation.databases[0].password: expected another secret than username'],
    [
      { project: 'other-project' },
      'rotation.databases[0].project: expected the slug of a project of this file; found "other-project"',
    ],
    [
      { environment: 'staging' },
      'rotation.databases[0].environment: expected an environment of "talent-mesh"; found "staging"',
    ],
  ])('%j is told', (fields, fault) => {
    expect(faults({ databases: [{ ...good, ...fields }] })).toContainEqual(expect.stringContaining(fault))
  })

  test.each([
    [{ password: 'a/b' }, 'password'],
    [{ password: 'a:b' }, 'password'],
    [{ path: 'db' }, 'path'],
    [{ path: '/db/**' }, 'path'],
    [{ every: '30' }, 'every'],
    [{ every: '0d' }, 'every'],
    [{ name: 'With Space' }, 'name'],
    [{ database: { ...database, tls: 'prefer' } }, 'database.tls'],
  ])('%j is refused', (fields, field) => {
    const [fault = '', ...more] = faults({ databases: [{ ...good, ...fields }] })
    expect([fault.split(':')[0], more]).toEqual([`rotation.databases[0].${field}`, []])
  })

  test('two of one name, and two for one secret, are told', () => {
    expect(faults({ databases: [good, { ...good, path: '/' }] })).toEqual([
      expect.stringContaining('rotation.databases[1].name: expected a name of its own; app is'),
      expect.stringContaining('rotation.databases[1].password: expected a name of its own'),
    ])
    expect(faults({ databases: [good, { ...good, name: 'b', path: '/db' }] })).toEqual([])
  })

  test('a policy names projects and environments of the file, and days', () => {
    const except = (fields: object) =>
      faults({ policy: { maxAge: '90d', except: [{ project: 'talent-mesh', maxAge: '1d', ...fields }] } })
    expect(except({ project: 'x-unknown' })[0]).toContain(
      'rotation.policy.except[0].project: expected the slug',
    )
    expect(except({ environment: 'staging' })[0]).toContain('rotation.policy.except[0].environment: expected')
    expect(except({ maxAge: '1w' })[0]).toContain(
      'rotation.policy.except[0].maxAge: expected a number of days',
    )
    expect(faults({ policy: { maxAge: 'never' } })[0]).toContain(
      'rotation.policy.maxAge: expected a number of days',
    )
  })
})

test.each([
  ['the same', { role: 'app' }, 1],
  [
    'one of two that take turns',
    { username: 'U2', roles: ['b', 'app'], admin: { namespace: 'a', name: 'b' } },
    1,
  ],
  ['the same at another port', { role: 'app', database: { ...database, port: 5433 } }, 0],
  [
    'the same at the same port',
    { role: 'app', database: { ...database, host: 'PG.databases.svc', port: 5432 } },
    1,
  ],
  ['another', { role: 'app_b' }, 0],
])('two passwords of one role: %s', (_, fields, count) => {
  const { username: _name, ...rest } = good
  const databases = [
    { ...rest, role: 'app' },
    { ...rest, name: 'again', environment: 'dev', ...fields },
  ]
  expect(faults({ databases })).toEqual(
    count === 0
      ? []
      : [expect.stringContaining('rotation.databases[1]: expected a role of its own; app at ')],
  )
})
