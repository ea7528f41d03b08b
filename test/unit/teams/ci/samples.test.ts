/** Who would get in: a table for each kind of login, with the rule that decides. */
import { describe, expect, test } from 'vitest'
import { tryLogin } from '../../../../src/teams/verbs/ci-try.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'

const github = {
  owner: 'openova',
  ownerId: '1001',
  repositories: ['app', 'svc-*'],
  branches: ['main', 'release/*'],
}
const table = async (login: object) => {
  const tenancy = tenancyOf({ projects: [], identities: [{ name: 'ci', login }] })
  const { cases } = await tryLogin({ tenancy, identity: 'ci', given: [], samples: true })
  return Object.fromEntries(
    cases.map(({ name, admitted, rule }) => [name, `${admitted ? 'yes' : 'no'}: ${rule}`]),
  )
}
const whoGetsIn = async (login: object) =>
  Object.entries(await table(login)).flatMap(([name, verdict]) => (verdict.startsWith('yes') ? [name] : []))

describe('a login of GitHub', () => {
  test('lets its own branches in, and nobody near them', async () => {
    const cases = await table({ github })
    expect(Object.entries(cases).filter(([, verdict]) => verdict.startsWith('yes'))).toEqual(
      [
        'app, refs/heads/main, by push',
        'the same, with a subject of ids',
        'environment production',
        'a workflow of somebody else, called by its own',
      ].map(name => [
        name,
        'yes: iss, aud, repository_owner, repository_owner_id, repository, event_name, ref fit',
      ]),
    )
    const events = 'push or workflow_dispatch or schedule'
    const refs = 'refs/heads/main or refs/heads/release/*'
    const no = Object.entries(cases).filter(([, verdict]) => verdict.startsWith('no'))
    expect(Object.fromEntries(no)).toEqual({
      'pull request from a fork': `no: event_name is pull_request, and must be ${events}`,
      'pull request of a branch of its own': `no: event_name is pull_request, and must be ${events}`,
      'pull_request_target, started by a fork': `no: event_name is pull_request_target, and must be ${events}`,
      'workflow_run, after one of a fork': `no: event_name is workflow_run, and must be ${events}`,
      'another branch': `no: ref is refs/heads/zz-another, and must be ${refs}`,
      'a branch of a longer name': `no: ref is refs/heads/main-evil, and must be ${refs}`,
      'a tag': `no: ref is refs/tags/zz-1.0.0, and must be ${refs}`,
      'another repository of the owner':
        'no: repository is openova/zz-another, and must be openova/app or openova/svc-*',
      'a repository of a longer name':
        'no: repository is openova/app-evil, and must be openova/app or openova/svc-*',
      'another owner': 'no: repository_owner is somebody, and must be openova',
      'owner openova-evil': 'no: repository_owner is openova-evil, and must be openova',
      'a new owner of the name openova': 'no: repository_owner_id is 9009, and must be 1001',
      'another audience': 'no: aud is https://example.com, and must be https://github.com/openova',
    })
  })

  test('without the owner’s id lets a new owner of the name in, and says so', async () => {
    const { ownerId: _, ...without } = github
    expect(await whoGetsIn({ github: without })).toContain('a new owner of the name openova')
  })

  test('with a pattern that ends in * lets longer names in, and says so', async () => {
    const wide = { ...github, repositories: ['app*'], branches: ['main*'] }
    expect(await whoGetsIn({ github: wide })).toEqual(
      expect.arrayContaining(['a repository of a longer name', 'a branch of a longer name']),
    )
  })

  test('with tags alone lets no branch in', async () => {
    const tags = { ...github, branches: [], tags: ['v*'] }
    const who = await whoGetsIn({ github: tags })
    expect(who[0]).toBe('app, refs/tags/vx, by push')
    expect(who).not.toContain('another branch')
  })

  test('with environments wants one of them', async () => {
    const cases = await table({ github: { ...github, environments: ['live'] } })
    expect(cases['environment production']).toBe('no: environment is production, and must be live')
    expect(await whoGetsIn({ github: { ...github, environments: ['live'] } })).toContain(
      'app, refs/heads/main, by push',
    )
  })

  test.each([
    ['pull_request', 'pull request of a branch of its own'],
    ['workflow_run', 'workflow_run, after one of a fork'],
  ])('that is opened to %s is told to let it in', async (event, who) => {
    const open = { ...github, branches: ['*'], events: ['push', event] }
    const refs = event === 'pull_request' ? { ...open, branches: [], environments: ['*'] } : open
    const cases = await table({ github: refs })
    expect(cases[who]).toMatch(/^yes/)
  })

  test('of a GitHub Enterprise Server is of its own issuer and audience', async () => {
    expect(await whoGetsIn({ github: { ...github, server: 'https://ghe.bank' } })).toHaveLength(4)
  })
})

describe('a login of another issuer', () => {
  const oidc = {
    issuer: 'https://sso.bank',
    audiences: ['sealift'],
    subjects: ['deploy-*'],
    claims: { 'realm.group': ['ci', 'ops'] },
  }
  test('lets in who fits every bound, and says which one each of the others breaks', async () => {
    const cases = await table({ oidc })
    expect(cases['as the file says']).toBe('yes: iss, sub, aud, realm.group fit')
    expect(cases['no realm.group']).toBe('no: there is no realm.group, and must be ci or ops')
    expect(cases['another sub']).toBe('no: sub is zz-another, and must be deploy-*')
    expect(cases['iss with more behind']).toBe(
      'no: iss is https://sso.bank-evil, and must be https://sso.bank',
    )
    expect(await whoGetsIn({ oidc })).toEqual(['as the file says', 'sub with more behind'])
  })

  test('takes one of several subjects', async () => {
    expect(await whoGetsIn({ oidc: { ...oidc, subjects: ['a', 'b'] } })).toEqual(['as the file says'])
  })
})
