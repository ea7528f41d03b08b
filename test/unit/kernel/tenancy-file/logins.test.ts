import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { parseTenancy, type TenancyLogin } from '../../../../src/kernel/tenancy-file/index.ts'
import { selfSigned } from '../../../support/certificate.ts'

const file = (login: object) =>
  JSON.stringify({
    apiVersion: 'sealift.dev/v1',
    kind: 'Tenancy',
    organization: 'openova',
    identities: [{ name: 'ci', login }],
  })
const parse = (login: object): TenancyLogin | undefined =>
  parseTenancy(file(login), 'tenancy.yaml').identities?.[0]?.login

/** The faults of a login, without the place of the identity. */
function faults(login: object): string[] {
  try {
    parse(login)
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'TENANCY_INVALID')
      return error.faults.map(fault => fault.replace('identities[0].login', 'login'))
    throw error
  }
  return []
}

const github = { owner: 'openova', repositories: ['app'], branches: ['main'] }
const publicKey = (type: 'rsa' | 'ed25519', bits = 2048) => {
  const pair =
    type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: bits }) : generateKeyPairSync(type)
  return pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()
}
const { cert, key: privateKey } = selfSigned('ca')
const jwt = {
  issuer: 'https://ci.bank',
  audiences: ['sealift'],
  subjects: ['deploy'],
  keys: [publicKey('rsa')],
}
const oidc = { issuer: 'https://sso.bank', audiences: ['sealift'], claims: { group: ['ci'] } }

test('what is left out is filled in with what lets fewest in', () => {
  expect(parse({ github })).toEqual({
    ttl: '1h',
    github: {
      ...github,
      tags: [],
      environments: [],
      events: ['push', 'workflow_dispatch', 'schedule'],
    },
  })
  expect(parse({ oidc })?.oidc).toMatchObject({ subjects: [], claims: { group: ['ci'] } })
  expect(parse({ jwt, ttl: '720h' })).toMatchObject({ ttl: '720h', jwt: { claims: {} } })
})

test.each([
  ['branches and tags by pattern', { github: { ...github, branches: ['release/*'], tags: ['v*'] } }],
  ['an environment alone', { github: { ...github, branches: [], environments: ['production'] } }],
  ['a server of its own with a CA', { github: { ...github, server: 'https://ghe.bank', ca: cert } }],
  ['a CA in a Secret', { oidc: { ...oidc, ca: { namespace: 'a', name: 'b', key: 'ca.crt' } } }],
  ['an owner by id', { github: { ...github, ownerId: '123' } }],
  ['a subject of GitLab', { jwt: { ...jwt, subjects: ['project_path:bank/app:ref_type:branch:ref:main'] } }],
  ['a subject of GitHub with ids', { oidc: { ...oidc, subjects: ['repo:o@1/r@2:ref:refs/heads/main'] } }],
])('takes %s', (_, login) => {
  expect(faults(login)).toEqual([])
})

describe('patterns', () => {
  test.each(['!app', 'a,b', '{a,b}', 'a?', '[ab]', '@(a|b)', 'other/app', ''])(
    'a repository that is %j is refused: it would mean something else than it says',
    repository => {
      expect(faults({ github: { ...github, repositories: [repository] } })).toEqual([
        expect.stringMatching(/^login\.github\.repositories\[0\]: expected the name of a repository/),
      ])
    },
  )
  test.each(['openova*', '*', 'openova/app', 'o,p'])('the owner %j is refused', owner => {
    expect(faults({ github: { ...github, owner } })).toEqual([
      expect.stringMatching(/^login\.github\.owner: expected the name of an organisation/),
    ])
  })
  test('have four * at most', () => {
    const branches = ['*/*/*/*', '*/*/*/*/*']
    expect(faults({ github: { ...github, branches } })).toEqual([
      expect.stringMatching(/^login\.github\.branches\[1\]: expected at most four \*/),
    ])
  })
  test.each(['a,b', '!a', 'a|b', ' a', 'a '])('a claim that is %j is refused', text => {
    expect(faults({ oidc: { ...oidc, claims: { group: [text] } } })).toHaveLength(1)
  })
})

test.each([
  ['any audience', { oidc: { ...oidc, audiences: ['sealift', '*'] } }, 'login.oidc.audiences[1]'],
  [
    'a pattern of audiences of GitHub',
    { github: { ...github, audience: 'https://*' } },
    'login.github.audience',
  ],
  [
    'subjects and the claim of them, of which one would count alone',
    { jwt: { ...jwt, subjects: ['a', 'b'], claims: { sub: ['c'] } } },
    'login.jwt.claims.sub',
  ],
])('refuses %s', (_, login, place) => {
  expect(faults(login)).toEqual([expect.stringContaining(`${place}: `)])
})

describe('what would let everybody in is refused', () => {
  test.each([
    [
      'a GitHub without refs',
      { github: { ...github, branches: [] } },
      /^login\.github: expected branches, tags or/,
    ],
    [
      'an issuer alone',
      { oidc: { ...oidc, claims: {} } },
      /^login\.oidc: expected subjects or claims that not every/,
    ],
    [
      'any subject',
      { jwt: { ...jwt, subjects: ['*'] } },
      /^login\.jwt: expected subjects or claims that not every/,
    ],
    [
      'any of several',
      { jwt: { ...jwt, subjects: ['a', '**'] } },
      /^login\.jwt: expected subjects or claims/,
    ],
    [
      'any audience',
      { jwt: { ...jwt, audiences: [] } },
      /^login\.jwt\.audiences: expected at least 1 entries/,
    ],
  ])('%s', (_, login, fault) => {
    expect(faults(login)).toEqual([expect.stringMatching(fault)])
  })
})

describe('an issuer that the server would refuse is refused', () => {
  test.each([
    'https://localhost:8443',
    'https://LOCALHOST/x',
    'http://sso.bank',
    'https://u:p@sso.bank',
    'sso',
  ])('%s', issuer => {
    expect(faults({ oidc: { ...oidc, issuer } })).not.toEqual([])
  })
  test('and a path of a GitHub Enterprise Server', () => {
    expect(faults({ github: { ...github, server: 'https://ghe.bank/api' } })).toEqual([
      expect.stringMatching(/^login\.github\.server: expected no path in it/),
    ])
  })
})

describe('a private key never comes into a message', () => {
  test.each([
    ['as a key', { jwt: { ...jwt, keys: [privateKey] } }],
    ['as a CA', { oidc: { ...oidc, ca: privateKey } }],
    ['behind a CA', { github: { ...github, ca: `${cert}\n${privateKey}` } }],
  ])('%s', (_, login) => {
    const told = faults(login)
    expect(told).toHaveLength(1)
    expect(told.join()).toMatch(/expected (public keys|ca to be certificates) as PEM|expected public keys/)
    expect(told.join()).not.toMatch(/PRIVATE|MIG/)
  })
})

test.each([
  ['Ed25519, which the server cannot verify with', publicKey('ed25519')],
  ['a short one', publicKey('rsa', 1024)],
  ['no key', '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----'],
])('a key that is %s is refused', (_, key) => {
  expect(faults({ jwt: { ...jwt, keys: [key] } })).toHaveLength(1)
})

test.each([
  ['none', {}],
  ['two', { github, jwt }],
])('%s of the ways is a fault', (_, login) => {
  expect(faults(login)).toEqual(['login: expected one of github, oidc and jwt'])
})

test.each(['0s', '1d', '721h', '90000', 'h'])('a life of %j is refused', ttl => {
  expect(faults({ github, ttl })).toEqual([expect.stringMatching(/^login\.ttl: expected /)])
})

test('the README’s logins are taken as they stand there', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../../../README.md'), 'utf8')
  const section = readme.slice(readme.indexOf('### CI without'), readme.indexOf('### tenancy.yaml'))
  const [whole = '', byKeys = ''] = [...section.matchAll(/^ *```yaml\n([\s\S]*?)^ *```/gm)].map(
    ([, yaml]) => yaml,
  )
  const head = 'apiVersion: sealift.dev/v1\nkind: Tenancy\norganization: openova\n'
  const projects = 'projects: [{ slug: talent-mesh, environments: [prod] }]\n'
  const first = parseTenancy(`${head}${projects}${whole.replace(/^ {3}/gm, '')}`, 'README.md')
  expect(first.identities?.[0]?.login?.github?.server).toBe('https://ghe.bank.example')
  // The key is cut short there.
  const login = byKeys.replace(/"-----BEGIN[^"]*"/, JSON.stringify(publicKey('rsa')))
  const second = parseTenancy(
    `${head}identities:\n  - name: ci\n${login.replace(/^/gm, '    ')}`,
    'README.md',
  )
  expect(second.identities?.[0]?.login?.jwt?.audiences).toEqual(['https://github.com/openova'])
})
