/** Rules of the stand-in with more cases than the recording has; the texts that it has are its. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newKeys, startStandIn } from '../../support/infisical/process.ts'
import { startPostgres, startRedis } from '../../support/services.ts'
import { type Admin, addIdentity, addProject, bootstrap, request } from './client.ts'

const stops: (() => Promise<unknown>)[] = []
const where = { workspaceId: '', environment: 'prod', secretPath: '/' }
let admin: Admin
let url: string

beforeAll(async () => {
  const postgres = await startPostgres()
  stops.unshift(postgres.stop)
  const redis = await startRedis()
  stops.unshift(redis.stop)
  const database = await postgres.createDatabase('infisical')
  const services = { DB_CONNECTION_URI: database, REDIS_URL: redis.url(), SITE_URL: 'http://infisical.test' }
  const standIn = await startStandIn({ ...newKeys(), ...services })
  stops.unshift(standIn.stop)
  await standIn.ready()
  url = standIn.url
  admin = await bootstrap(url)
  where.workspaceId = await addProject(admin)
})

afterAll(async () => {
  for (const stop of stops) await stop()
})

test.each([
  ['  both sides ', 'both sides'],
  ['one\n', 'one\n'],
  ['many\n\n\n', 'many\n'],
  [' \n inner \n line \n ', 'inner \n line'],
  ['', ''],
])('the value %j is kept as %j', async (given, kept) => {
  await admin.call('POST', '/api/v3/secrets/raw/TRIMMED', { ...where, secretValue: given })
  const read = await admin.call('GET', '/api/v3/secrets/raw/TRIMMED?workspaceSlug=team-one&environment=prod')
  expect(read.body.secret.secretValue).toBe(kept)
  await admin.call('DELETE', '/api/v3/secrets/raw/TRIMMED', where)
})

test('after three bad secrets even the good one is refused, until the lock is cleared', async () => {
  const { identityId, clientId, clientSecret } = await addIdentity(admin, where.workspaceId, 'no-access')
  const attempt = (secret: string) =>
    request(url, 'POST', '/api/v1/auth/universal-auth/login', { clientId, clientSecret: secret })
  expect((await attempt(clientSecret)).status).toBe(200)
  for (let i = 0; i < 3; i++) expect((await attempt('bad')).body.message).toBe('Invalid credentials')
  const locked = await attempt(clientSecret)
  expect(locked.status).toBe(401)
  expect(locked.body.message).toContain('temporarily locked')
  await admin.call('POST', `/api/v1/auth/universal-auth/identities/${identityId}/clear-lockouts`)
  expect((await attempt(clientSecret)).status).toBe(200)
})

test('an identity without a rule, or outside of the project, is told so', async () => {
  const { identityId, ...credentials } = await addIdentity(admin, where.workspaceId, 'no-access')
  const { body } = await request(url, 'POST', '/api/v1/auth/universal-auth/login', credentials)
  const path = '/api/v3/secrets/raw?workspaceSlug=team-one&environment=prod&secretPath=/'
  const list = () => request(url, 'GET', path, undefined, body.accessToken)
  expect(await list()).toMatchObject({
    status: 403,
    body: { message: 'You are not allowed to describeSecret on secrets' },
  })
  const members = `/api/v2/workspace/${where.workspaceId}/identity-memberships`
  await admin.call('DELETE', `${members}/${identityId}`)
  const outside = await list()
  expect(outside.status).toBe(403)
  expect(outside.body.message).toContain('You are not a member of this project with ID')
})

test('privileges add up, hold only where their conditions say, and never go beyond their project', async () => {
  const { identityId, ...credentials } = await addIdentity(admin, where.workspaceId, 'no-access')
  for (const name of ['db', 'web']) {
    const folder = { projectId: where.workspaceId, environment: 'prod', path: '/', name }
    await admin.call('POST', '/api/v2/folders', folder)
    const body = { ...where, secretPath: `/${name}`, secretValue: name }
    await admin.call('POST', '/api/v3/secrets/raw/NAME', body)
  }
  for (const action of ['describeSecret', 'readValue']) {
    const conditions = { environment: { $eq: 'prod' }, secretPath: { $glob: '/db/**' } }
    const permissions = [{ subject: 'secrets', action: [action], conditions }]
    const pair = { identityId, projectId: where.workspaceId, slug: action.toLowerCase() }
    await admin.call('POST', '/api/v2/identity-project-additional-privilege', { ...pair, permissions })
  }
  const { body } = await request(url, 'POST', '/api/v1/auth/universal-auth/login', credentials)
  const read = (name: string) => {
    const path = `/api/v3/secrets/raw/NAME?workspaceSlug=team-one&environment=prod&secretPath=/${name}`
    return request(url, 'GET', path, undefined, body.accessToken)
  }
  expect((await read('db')).body.secret.secretValue).toBe('db')
  expect(await read('web')).toMatchObject({ status: 403, body: { error: 'PermissionDenied' } })
  const all = '/api/v3/secrets/raw?workspaceSlug=team-one&environment=prod&secretPath=/&recursive=true'
  const list = await request(url, 'GET', all, undefined, body.accessToken)
  expect(list.body.secrets.map((secret: { secretPath: string }) => secret.secretPath)).toEqual(['/db'])
})

const reference = (name: string) => ['$', '{', name, '}'].join('')

test('references reach into other folders and environments, and a circle ends', async () => {
  const put = (environment: string, name: string, secretValue: string) =>
    admin.call('POST', `/api/v4/secrets/${name}`, { projectId: where.workspaceId, environment, secretValue })
  await put('dev', 'HOST', 'pg.dev')
  await put('staging', 'URL', `postgres://${reference('dev.HOST')}/${reference('MISSING')}`)
  await put('staging', 'CIRCLE', `<${reference('CIRCLE')}>`)
  const read = (name: string, expanded: boolean) =>
    admin.call(
      'GET',
      `/api/v3/secrets/raw/${name}?workspaceId=${where.workspaceId}&environment=staging&expandSecretReferences=${expanded}`,
    )
  expect((await read('URL', true)).body.secret.secretValue).toBe('postgres://pg.dev/')
  expect((await read('URL', false)).body.secret.secretValue).toBe(
    `postgres://${reference('dev.HOST')}/${reference('MISSING')}`,
  )
  expect((await read('CIRCLE', true)).body.secret.secretValue).toMatch(/^<+\$\{CIRCLE\}>+$/)
})
