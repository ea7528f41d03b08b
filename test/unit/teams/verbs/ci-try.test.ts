import { describe, expect, test } from 'vitest'
import { readClaims, refusedFault, tryLogin } from '../../../../src/teams/verbs/ci-try.ts'
import { rejection } from '../../site/wire/memory.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { verbs } from './helpers.ts'

const github = { owner: 'openova', repositories: ['app'], branches: ['main'] }
const tenancy = tenancyOf({ projects: [], identities: [{ name: 'ci', login: { github } }, { name: 'bare' }] })
const good = {
  iss: 'https://token.actions.githubusercontent.com',
  aud: 'https://github.com/openova',
  repository_owner: 'openova',
  repository: 'openova/app',
  ref: 'refs/heads/main',
  event_name: 'push',
}
const given = (claims: object) => [{ name: 'mine', claims: { ...good, ...claims } }]
const request = { tenancy, identity: 'ci', samples: false }

describe('given claims', () => {
  test('that fit get in, and nothing is wrong', async () => {
    const tried = await tryLogin({ ...request, given: given({}) })
    expect(tried.cases).toMatchObject([{ name: 'mine', given: true, admitted: true }])
    expect([tried.rules, refusedFault(tried)]).toEqual(['file', undefined])
  })

  test('that do not fit end with an error, which says why', async () => {
    const tried = await tryLogin({ ...request, given: given({ ref: 'refs/heads/other' }) })
    const fault = refusedFault(tried)
    expect([fault?.code, fault?.exitCode, fault?.faults]).toEqual([
      'CI_REFUSED',
      76,
      ['mine: ref is refs/heads/other, and must be refs/heads/main'],
    ])
  })

  test('samples that do not get in are no error', async () => {
    const tried = await tryLogin({ ...request, given: [], samples: true })
    expect(tried.cases.some(({ admitted }) => !admitted)).toBe(true)
    expect(refusedFault(tried)).toBeUndefined()
  })
})

describe('claims', () => {
  test('are a JSON object', () => {
    expect(readClaims('{"a": 1}', 'x')).toEqual({ name: 'x', claims: { a: 1 } })
  })
  test.each(['', '[]', 'null', '"a"', '{', '12'])('%j are none', text => {
    expect(() => readClaims(text, 'claims.json')).toThrow('claims.json has no claims in it')
  })
  test('that are a token are told so, and never shown', () => {
    const token = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJzZWNyZXQifQ.'
    try {
      readClaims(token, 'file')
      expect.unreachable()
    } catch (error) {
      expect(JSON.stringify(error) + String(error)).not.toContain('eyJ')
      expect(error).toMatchObject({ code: 'USAGE', hints: [expect.stringContaining('that is a token')] })
    }
  })
})

describe('the rules that the server has', () => {
  const opened = async () => {
    const site = await verbs()
    return { ...site, on: { site: 'bank', host: site.host, talk: site.talk } }
  }

  test('decide, where a site is given', async () => {
    const { apply, server, on } = await opened()
    await apply(tenancy)
    const id = (await server.identities()).find(({ name }) => name === 'ci')?.id ?? ''
    const login = server.logins.of(id, 'oidc')
    if (login === undefined) throw new Error('no login')
    await server.logins.change(id, { ...login, claims: { repository_owner: ['openova*'] } })
    const claims = given({ repository_owner: 'openova-evil', ref: 'refs/heads/x' })
    expect((await tryLogin({ ...request, given: claims })).cases[0]?.admitted).toBe(false)
    const tried = await tryLogin({ ...request, given: claims }, on)
    expect([tried.rules, tried.cases[0]?.admitted]).toEqual(['server', true])
  })

  test('are of every way in that the identity has', async () => {
    const { apply, server, on } = await opened()
    await apply(tenancy)
    const id = (await server.identities()).find(({ name }) => name === 'ci')?.id ?? ''
    const bounds = { issuer: 'https://x', audiences: [], subject: 'me', claims: {}, ttl: 1, maxTtl: 1 }
    await server.logins.attach(id, { kind: 'jwt', ...bounds, keys: [] })
    const claims = [{ name: 'other', claims: { iss: 'https://x', sub: 'me' } }]
    expect((await tryLogin({ ...request, given: claims }, on)).cases[0]?.admitted).toBe(true)
  })

  test('that are not there are told', async () => {
    const { server, on } = await opened()
    const refused = async () => (await rejection(tryLogin({ ...request, given: given({}) }, on))).message
    expect(await refused()).toBe('identity ci is not on the server')
    await server.createIdentity('ci')
    expect(await refused()).toBe('identity ci has no login by tokens on the server')
    await server.createIdentity('ci')
    expect(await refused()).toBe('the server has 2 identities ci, and nothing says which is meant')
  })
})

test('an identity without a login, or that is not there, is told with those that have one', async () => {
  for (const identity of ['bare', 'none']) {
    const error = await rejection(tryLogin({ ...request, identity, given: [] }))
    expect([error.code, error.hints]).toEqual(['USAGE', ['identities with a login: ci']])
  }
})
