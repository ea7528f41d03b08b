import { describe, expect, it } from 'vitest'
import { addressOf } from '../../../../src/teams/audit/address.ts'

const id = '13bdba71-9cea-4560-937f-c8943b81d1c1'
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln'

describe('the path of a request', () => {
  it.each([
    '/api/v3/secrets/raw/POSTGRES_PASSWORD_2024_PRIMARY_EU1',
    '/api/v4/secrets/A_NAME_OF_1_SECRET_THAT_IS_LONG',
    '/api/v4/secrets/batch',
    `/api/v2/workspace/${id}/identity-memberships/${id}`,
    '/api/v1/projects/slug/a-project-with-a-name-2024',
    '/api/v1/auth/universal-auth/login',
    '/api/v1/sso/redirect/saml2',
    '/api/v1/auth/checkAuth',
    '/api/v2/workspace/talent-mesh-x7gh/users',
    '/api/v1/secret-sharing/shared/public',
    '/favicon.ico',
    '/',
  ])('%s stays', path => {
    expect(addressOf(path)).toEqual({ path, query: {}, dropped: 0 })
  })

  it.each([
    [`/api/v1/any/${jwt}`, '/api/v1/any/[masked]'],
    ['/api/v1/secret-sharing/shared/3f9c2b1a77de4c5a9b0d', '/api/v1/secret-sharing/shared/[masked]'],
    [`/api/v3/secrets/raw/${jwt}`, '/api/v3/secrets/raw/[masked]'],
    ['/api/v1/shared-secret/hunter', '/api/v1/shared-secret/[masked]'],
    [`/api/v1/secret-sharing/shared/public/${id}`, '/api/v1/secret-sharing/shared/public/[masked]'],
    ['/api/v1/any/Kf93jD', '/api/v1/any/[masked]'],
    ['/api/v1/any/ABCDEFGHIJKLMNOPQRSTUVWX', '/api/v1/any/[masked]'],
    ['/api/v1/any;token=abc/x', '/api/v1/[masked]/x'],
    ['http://ann:p4ss@infisical/api/v1/x', '[masked]//[masked]/api/v1/x'],
    ['/api/v1/any/ann%40bank.example', '/api/v1/any/[masked]'],
    ['/any/secrets/raw/Pa55word', '/any/secrets/raw/[masked]'],
    [`/api/v1/projects/slug/${jwt}`, '/api/v1/projects/slug/[masked]'],
    ['/api/v1/\u001b[2Jx', '/api/v1/[masked]'],
    ['/share/st.abc.def', '/share/[masked]'],
    ['/secrets/aVeryLongWord1OfLettersAndDigits', '/secrets/[masked]'],
  ])('%s is masked', (given, path) => {
    expect(addressOf(given).path).toBe(path)
  })
})

describe('the query of a request', () => {
  it('keeps what says which secrets were meant, and how', () => {
    const url = '/api/v4/secrets?projectId=p&environment=prod&secretPath=/db/one&viewSecretValue=false'
    expect(addressOf(url).query).toEqual({
      ...{ projectId: 'p', environment: 'prod', secretPath: '/db/one', viewSecretValue: 'false' },
    })
  })

  it('counts all else, names too, for anything may be there', () => {
    expect(addressOf(`/a?token=s3cr3t&${jwt}&secretValue=p4ss&environment=dev`)).toEqual({
      ...{ path: '/a', query: { environment: 'dev' }, dropped: 3 },
    })
  })

  it('masks tokens in what it keeps', () => {
    expect(addressOf(`/a?secretPath=/db/${jwt}&environment=${jwt}`).query).toEqual({
      ...{ secretPath: '/db/[masked]', environment: '[masked]' },
    })
  })

  it('is read whatever its form', () => {
    expect(addressOf('/a?%zz=%&&=&environment=%E0%A4')).toMatchObject({ path: '/a', dropped: 3 - 1 })
  })
})
