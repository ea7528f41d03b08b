/** Infisical's answers with every field in every odd form: read, or refused in words that name the call. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createInfisical } from '../../../../src/adapters/infisical/index.ts'
import { type Infisical, type InfisicalSession, Secret } from '../../../../src/kernel/ports/index.ts'
import { wronglyTaken } from '../../../support/odd-fields.ts'
import { RecordingClock } from '../../../support/recording-clock.ts'

type Answers = Readonly<Record<string, unknown>>

/** What is answered to a call, by how its path begins; to writes, always the same. */
let answers: Answers = {}
let server: Server
let baseUrl = ''

const login = {
  '/api/v3/auth/login': { accessToken: 'u' },
  '/api/v3/auth/select-organization': { token: 't' },
}

beforeEach(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? ''
    const [, answer] =
      Object.entries({ ...login, ...answers }).find(([start]) => path.startsWith(start)) ?? []
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const place = { projectId: 'p', environment: 'prod', path: '/a' }
const session = (work: (session: InfisicalSession) => unknown) => async (infisical: Infisical) =>
  work(await infisical.login('a@b.c', new Secret('pw'), 'org'))

const nothing = /^$/
const rules = {
  ...{ boundIssuer: 'https://x', boundAudiences: 'a, b', boundSubject: '', boundClaims: { c: 'd, e' } },
  ...{ accessTokenTTL: 60, accessTokenMaxTTL: 60, accessTokenTrustedIps: [{ type: 'ipv4' }] },
}
const calls: readonly (readonly [string, Answers, (infisical: Infisical) => unknown, RegExp])[] = [
  [
    'whether it is set up',
    { '/api/status': { message: 'Ok' }, '/api/v1/admin/config': { config: { initialized: true } } },
    infisical => infisical.status(),
    nothing,
  ],
  [
    'a login',
    {
      '/api/v3/auth/login': { accessToken: 'u' },
      '/api/v3/auth/select-organization': { token: 't', isMfaEnabled: false },
      '/api/v1/organization': { organizations: [{ id: 'o', name: 'x' }, { id: 'p' }] },
    },
    async infisical => (await infisical.login('a@b.c', new Secret('pw'))).organizationId,
    /organizations\.\d\.name|organizations\.1/,
  ],
  [
    'the user’s role',
    {
      '/api/v2/organizations/': {
        users: [
          { role: 'member', status: 'accepted', user: { username: 'b@b.c' } },
          { role: 'admin', user: { username: 'A@b.c', publicKey: 'x' } },
        ],
      },
    },
    session(on => on.account.role()),
    /publicKey|users\.0/,
  ],
  [
    'a project',
    {
      '/api/v1/projects/slug/': {
        ...{ id: 'p', slug: 's', environments: [{ slug: 'prod', name: 'Prod' }], description: 'x' },
      },
    },
    session(on => on.project('s')),
    /description/,
  ],
  [
    'folders',
    {
      '/api/v2/folders': {
        folders: [
          { name: 'b', id: 'x' },
          { name: 'a', parentId: 'x' },
        ],
      },
    },
    session(on => on.ensureFolder(place)),
    /folders\.0|parentId/,
  ],
  [
    'names of secrets',
    { '/api/v4/secrets': { secrets: [{ secretKey: 'A', secretComment: '', tags: [] }] } },
    session(on => on.secretNames(place)),
    /Comment|tags/,
  ],
  [
    'a secret',
    { '/api/v3/secrets/raw/': { secret: { secretKey: 'A', secretValue: 'v', metadata: [] } } },
    session(async on => (await on.secret(place, 'A'))?.reveal()),
    /secretKey|metadata/,
  ],
  [
    'identities',
    {
      '/api/v1/identities/search': {
        identities: [{ role: 'no-access', identity: { id: 'i', name: 'eso', authMethods: [] } }],
      },
    },
    session(on => on.identities('eso')),
    nothing,
  ],
  [
    'a login by OIDC',
    {
      '/api/v1/auth/oidc-auth/identities/': {
        identityOidcAuth: { ...rules, oidcDiscoveryUrl: 'https://x', caCert: 'pem', id: 'i' },
      },
    },
    session(on => on.logins.get('i', 'oidc')),
    /TrustedIps|\.id$/,
  ],
  [
    'a login by JWT',
    {
      '/api/v1/auth/jwt-auth/identities/': {
        identityJwtAuth: { ...rules, publicKeys: ['pem'], jwksUrl: '' },
      },
    },
    session(on => on.logins.get('i', 'jwt')),
    /TrustedIps|jwksUrl/,
  ],
  [
    'client secrets',
    {
      '/api/v1/auth/universal-auth/identities/': {
        clientSecretData: [
          { id: 'a', description: 'other', isClientSecretRevoked: false },
          { id: 'b', description: 'mine', isClientSecretRevoked: false, clientSecretPrefix: 'x' },
        ],
      },
    },
    session(on => on.clientSecrets('i', 'mine')),
    /Prefix|Data\.0\.description$/,
  ],
  [
    'memberships',
    { '/api/v2/workspace/': { identityMemberships: [{ identityId: 'x', role: 'y' }, { identityId: 'i' }] } },
    session(on => on.addToProject('p', 'i', 'viewer')),
    /Memberships\.0/,
  ],
  [
    'privileges',
    {
      '/api/v2/identity-project-additional-privilege?': {
        privileges: [
          { id: 'x', slug: 'x' },
          { id: 'a', slug: 'mine', isTemporary: false },
        ],
      },
      '/api/v2/identity-project-additional-privilege': { privilege: { permissions: [] } },
    },
    session(on => on.ensurePrivilege('p', 'i', 'mine', [])),
    /privileges\.0/,
  ],
  [
    'ages of secrets',
    {
      '/api/v4/secrets': {
        secrets: [
          { secretKey: 'A', secretPath: '/a', version: 2, updatedAt: '2026-11-29T12:00:00.000Z', tags: [] },
          { secretKey: 'B', secretPath: '/', version: 1, updatedAt: '2026-11-29T12:00:00.000Z' },
        ],
      },
    },
    session(on => on.rotation.ages('p', 'prod')),
    /tags/,
  ],
  [
    'secrets that were changed together',
    { '/api/v4/secrets/batch': { secrets: [{ secretKey: 'A', version: 2 }] } },
    session(on => on.rotation.putTogether(place, { A: new Secret('v') })),
    /version/,
  ],
  [
    'what the licence has',
    {
      '/api/v1/organizations/': {
        plan: { auditLogs: true, auditLogsRetentionDays: 90, secretRotation: true, tier: 1 },
      },
    },
    session(on => on.audit.features()),
    /tier/,
  ],
  [
    'entries of the audit log',
    {
      '/api/v1/organization/audit-logs': {
        auditLogs: [
          {
            ...{ id: 'a', createdAt: '2026-11-29T12:00:00.000Z', expiresAt: null },
            event: { type: 'get-secret' },
            actor: { type: 'identity' },
          },
        ],
      },
    },
    session(on => on.audit.events({ from: new Date(0), to: new Date(1), offset: 0, limit: 1 })),
    /expiresAt/,
  ],
  [
    'last logins',
    {
      '/api/v2/organizations/': { users: [{ user: { id: 'u', username: 'a@b.c' }, role: 'admin' }] },
      '/api/v1/identities?': { identities: [{ identity: { id: 'i', name: 'ci' }, role: 'no-access' }] },
    },
    session(on => on.audit.lastLogins()),
    /role/,
  ],
  [
    'whether projects may share',
    {
      '/api/v1/organization': {
        organizations: [{ id: 'org', allowCrossProjectSecretSharing: true, slug: 'x' }],
      },
    },
    session(on => on.sharing.isAllowed()),
    /slug/,
  ],
  [
    'grants',
    {
      '/api/v1/project-folder-grants': {
        grants: [
          {
            ...{ id: 'g', sourceFolderId: 'f', targetProjectId: 'p', folderName: 'root' },
            ...{ environmentSlug: 'prod', secretCount: 3 },
          },
        ],
      },
    },
    session(on => on.sharing.grants('p')),
    /secretCount/,
  ],
  [
    'imports',
    {
      '/api/v2/secret-imports': {
        secretImports: [{ id: 'i', importPath: '/a/', importEnv: { id: 'e', slug: 'prod' }, position: 1 }],
      },
    },
    session(on => on.sharing.imports(place)),
    /slug|position/,
  ],
  [
    'names with their folders',
    { '/api/v4/secrets': { secrets: [{ secretKey: 'A', secretPath: '/a', secretComment: '' }] } },
    session(on => on.sharing.namesBelow(place)),
    /Comment/,
  ],
]

test.each(calls)('%s may be told with any field in any odd form', async (_, sound, call, unused) => {
  const infisical = createInfisical({ baseUrl, clock: new RecordingClock(), attempts: 1 })
  const wrong = await wronglyTaken(
    sound,
    document => {
      answers = document as Answers
      return call(infisical)
    },
    // Without an answer of its own, there is that of every login.
    { unused, telling: /^\/api\/v3\/auth\/[a-z-]+$/, named: /^(no answer from Infisical|Infisical)/ },
  )
  expect(wrong).toEqual([])
})
