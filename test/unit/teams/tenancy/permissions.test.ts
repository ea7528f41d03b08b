import { expect, test } from 'vitest'
import { allowedIn, covers, permissionsOf, permitted } from '../../../../src/teams/tenancy/permissions.ts'
import { tenancyOf } from './tenancies.ts'

const allowed = (...access: object[]) => {
  const projects = [{ slug: 'talent-mesh', environments: ['dev', 'prod'] }]
  const all = access.map(entry => ({ project: 'talent-mesh', ...entry }))
  const tenancy = tenancyOf({ projects, identities: [{ name: 'ci', access: all }] })
  const [identity, project] = [tenancy.identities?.[0], tenancy.projects[0]]
  return identity && project ? allowedIn(identity, project) : []
}
const reads = ['describeSecret', 'readValue']
const writes = [...reads, 'create', 'edit', 'delete']
const rule = (action: readonly string[], environment: string, secretPath: unknown) => ({
  ...{ subject: 'secrets', action, conditions: { environment, secretPath } },
})

test.each([
  ['a folder alone', { environments: ['prod'], read: ['/ci'] }, [rule(reads, 'prod', '/ci')]],
  ['the root alone', { environments: ['prod'], read: ['/'] }, [rule(reads, 'prod', '/')]],
  [
    'a folder with all below: a rule for each',
    { environments: ['prod'], read: ['/ci/**'] },
    [rule(reads, 'prod', '/ci'), rule(reads, 'prod', { $glob: '/ci/**' })],
  ],
  ['everything', { environments: ['prod'], read: ['/**'] }, [rule(reads, 'prod', { $glob: '/**' })]],
  [
    'all environments, when none is named',
    { read: ['/ci'] },
    [rule(reads, 'dev', '/ci'), rule(reads, 'prod', '/ci')],
  ],
  [
    'writing, which is reading too',
    { environments: ['dev'], read: ['/ci'], write: ['/ci'] },
    [rule(writes, 'dev', '/ci')],
  ],
])('%s', (_, access, rules) => {
  expect(permissionsOf(allowed(access))).toEqual(rules)
})

test('what is said of a project twice adds up, and is said in words', () => {
  const both = allowed({ environments: ['dev'], write: ['/**'] }, { read: ['/ci', '/ci'] })
  expect(permitted(both)).toBe('dev: reads /ci, writes /**; prod: reads /ci')
})

test.each([
  [['/ci'], '/ci', true],
  [['/ci'], '/ci/deploy', false],
  [['/ci/**'], '/ci', true],
  [['/ci/**'], '/ci/deploy/x', true],
  [['/ci/**'], '/cinema', false],
  [['/**'], '/', true],
  [['/**'], '/a/b', true],
  [['/'], '/a', false],
  [[], '/', false],
])('%j is over %s: %s', (paths, folder, is) => {
  expect(covers(paths, folder)).toBe(is)
})
