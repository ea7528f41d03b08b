import { expect, test } from 'vitest'
import type { TenancyLogin } from '../../../../src/kernel/tenancy-file/index.ts'
import { admission, completed, offlineLogin } from '../../../../src/teams/ci/index.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'

const loginOf = (login: object): TenancyLogin => {
  const found = tenancyOf({ projects: [], identities: [{ name: 'ci', login }] }).identities?.[0]?.login
  if (found === undefined) throw new Error('no login')
  return found
}
const github = loginOf({
  github: { owner: 'openova', ownerId: '1', repositories: ['app'], branches: ['main'] },
})
const filled = (claims: object, login = github) => completed(login, offlineLogin(login), claims as never)
const getsIn = (claims: object) => admission(offlineLogin(github), filled(claims).claims).admitted

test.each([
  ['repository and ref', { repository: 'openova/app', ref: 'refs/heads/main' }, true],
  ['a subject', { sub: 'repo:openova/app:ref:refs/heads/main' }, true],
  ['a subject with ids', { sub: 'repo:openova@1/app@2:ref:refs/heads/main' }, true],
  ['a pull request by its subject', { sub: 'repo:openova/app:pull_request' }, false],
  ['a pull request by its ref', { repository: 'openova/app', ref: 'refs/pull/7/merge' }, false],
  [
    'the branch of a pull request that runs with the rights of its base',
    { repository: 'openova/app', ref: 'refs/heads/main', head_ref: 'mend', base_ref: 'main' },
    false,
  ],
  [
    'no branch of a pull request',
    { repository: 'openova/app', ref: 'refs/heads/main', head_ref: '', base_ref: '' },
    true,
  ],
  ['another event', { repository: 'openova/app', ref: 'refs/heads/main', event_name: 'workflow_run' }, false],
  ['another owner by its repository', { repository: 'evil/app', ref: 'refs/heads/main' }, false],
  [
    'an owner that is not the repository’s',
    { repository: 'openova/app', ref: 'refs/heads/main', repository_owner: 'evil' },
    false,
  ],
  ['no ref', { repository: 'openova/app' }, false],
  ['nothing', {}, false],
])('made-up claims with %s: %s', (_, claims, expected) => {
  expect(getsIn(claims)).toBe(expected)
})

test('what was left out is told, and what was given stays', () => {
  const { claims, assumed } = filled({ aud: 'other', sub: 'repo:openova/app:environment:live' })
  expect(claims).toMatchObject({ aud: 'other', environment: 'live', repository_owner: 'openova' })
  expect(assumed).toEqual([
    'iss https://token.actions.githubusercontent.com',
    'repository openova/app',
    'repository_owner openova',
    'environment live',
    'repository_owner_id 1',
  ])
})

test('of another issuer’s tokens nothing follows but issuer and audience', () => {
  const oidc = loginOf({ oidc: { issuer: 'https://sso.bank', audiences: ['a'], claims: { group: ['ci'] } } })
  expect(filled({ sub: 'repo:openova/app:ref:refs/heads/main' }, oidc).assumed).toEqual([
    'iss https://sso.bank',
    'aud a',
  ])
})

test('an empty claim is one that was given', () => {
  expect(filled({ iss: '' }).claims).toMatchObject({ iss: '' })
})
