/** What the stand-in does beyond the recording: its start, its state, its end. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { bundleServer } from '../../support/infisical/bundle.ts'
import { newKeys, startStandIn } from '../../support/infisical/process.ts'
import {
  type PostgresServer,
  type RedisServer,
  startPostgres,
  startRedis,
  startStrictRedis,
} from '../../support/services.ts'
import { addProject, bootstrap, login, request } from './client.ts'

let postgres: PostgresServer
let redis: RedisServer

beforeAll(async () => {
  postgres = await startPostgres()
  redis = await startRedis()
})

afterAll(async () => {
  await redis.stop()
  await postgres.stop()
})

let count = 0

/** A whole, good environment with a database of its own. */
async function environment() {
  const database = await postgres.createDatabase(`behaviour_${count++}`)
  return {
    ...newKeys(),
    DB_CONNECTION_URI: database,
    REDIS_URL: redis.url(2),
    SITE_URL: 'http://infisical.test',
  }
}

async function started(env: Readonly<Record<string, string>>) {
  const standIn = await startStandIn(env)
  onTestFinished(async () => void (await standIn.stop()))
  await standIn.ready()
  return standIn
}

async function ended(env: Readonly<Record<string, string>>) {
  const standIn = await startStandIn(env)
  return { code: await standIn.ended(), output: standIn.output() }
}

test('it says what it is, in its first line and in every answer', async () => {
  const standIn = await started(await environment())
  expect(standIn.output().split('\n')[0]).toContain("stand-in for Infisical's server")
  const response = await fetch(`${standIn.url}/api/status`)
  expect(response.headers.get('x-sealift-stand-in')).toBe('infisical')
})

test('it marks a refusal that no recording has, and no other', async () => {
  const standIn = await started(await environment())
  const mark = 'x-sealift-stand-in-unrecorded'
  expect((await fetch(`${standIn.url}/api/v9/none`)).headers.get(mark)).toBeNull()
  const { call, token } = await bootstrap(standIn.url)
  expect((await call('GET', '/api/v1/projects/slug/no-such')).status).toBe(404)
  expect(standIn.output()).not.toContain('No recording has')
  const path = '/api/v1/identities/00000000-0000-0000-0000-000000000001'
  const strange = await fetch(standIn.url + path, { headers: { authorization: `Bearer ${token}` } })
  expect([strange.status, strange.headers.get(mark)]).toEqual([404, '404 Identity with ID <id> not found'])
  await expect.poll(() => standIn.output()).toContain(`No recording has this answer to GET ${path}`)
})

test('a bad environment ends it with 255 and a list of every fault, without the values', async () => {
  const env = {
    ENCRYPTION_KEY: 'too-short-secret',
    DB_CONNECTION_URI: 'mysql://x:hidden@y/z',
    SITE_URL: 'nowhere',
  }
  const { code, output } = await ended(env)
  expect(code).toBe(255)
  const faults = [...output.matchAll(/"path": \[\s*"(\w+)"/g)].map(match => match[1])
  expect(faults).toEqual(['ENCRYPTION_KEY', 'AUTH_SECRET', 'DB_CONNECTION_URI', 'REDIS_URL', 'SITE_URL'])
  expect(output).toContain('"message": "Required"')
  expect(output).not.toMatch(/too-short-secret|hidden/)
})

test('a wrong database password ends it with 1 and the reason, without the password', async () => {
  const env = await environment()
  const uri = new URL(env.DB_CONNECTION_URI)
  uri.password = 'not-the-password'
  const { code, output } = await ended({ ...env, DB_CONNECTION_URI: uri.href })
  expect(code).toBe(1)
  expect(output).toContain('password authentication failed')
  expect(output).not.toContain('not-the-password')
})

test('state survives a restart, and another ENCRYPTION_KEY is refused', async () => {
  const env = await environment()
  const first = await started(env)
  const admin = await bootstrap(first.url)
  const projectId = await addProject(admin)
  const where = { workspaceId: projectId, environment: 'prod', secretPath: '/' }
  await admin.call('POST', '/api/v3/secrets/raw/KEPT', { ...where, secretValue: 'as it was' })
  expect(await first.stop()).toBe(0)

  const { code, output } = await ended({ ...env, ENCRYPTION_KEY: newKeys().ENCRYPTION_KEY })
  expect(code).toBe(1)
  expect(output).toContain('ENCRYPTION_KEY is not the one this database was initialised with')

  const again = await started(env)
  expect(again.output()).toContain('No pending migrations')
  const { call } = await login(again.url, admin.organizationId)
  const read = await call('GET', '/api/v3/secrets/raw/KEPT?workspaceSlug=team-one&environment=prod')
  expect(read.body.secret.secretValue).toBe('as it was')
})

test('secret values are encrypted in the database', async () => {
  const env = await environment()
  const standIn = await started(env)
  const admin = await bootstrap(standIn.url)
  const where = { projectId: await addProject(admin), environment: 'dev' }
  await admin.call('POST', '/api/v4/secrets/SEALED', { ...where, secretValue: 'plain-to-see' })
  const client = new pg.Client({ connectionString: env.DB_CONNECTION_URI })
  await client.connect()
  const { rows } = await client.query('SELECT key, "encryptedValue" value FROM secrets_v2')
  await client.end()
  expect(rows[0].key).toBe('SEALED')
  expect(rows[0].value.includes('plain-to-see')).toBe(false)
})

test('nothing listens before the migrations are done', async () => {
  const env = { ...(await environment()), STAND_IN_MIGRATION_SECONDS: '2' }
  const standIn = await startStandIn(env)
  onTestFinished(async () => void (await standIn.stop()))
  await expect.poll(() => standIn.output(), { timeout: 20_000 }).toContain('pending migrations')
  await expect(fetch(`${standIn.url}/api/status`)).rejects.toThrow('fetch failed')
  await standIn.ready()
  expect(standIn.output()).toContain('Migrated')
})

test('two that start at once on an empty database migrate it once', async () => {
  const env = { ...(await environment()), STAND_IN_MIGRATION_SECONDS: '1' }
  const pair = await Promise.all([started(env), started(env)])
  const migrated = pair.filter(standIn => standIn.output().includes('Migrated:'))
  expect(migrated).toHaveLength(1)
})

test('a Redis that refuses undeclared keys ends it with 1 and the answer of that Redis', async () => {
  const strict = await startStrictRedis()
  onTestFinished(() => strict.stop())
  const { code, output } = await ended({ ...(await environment()), REDIS_URL: strict.url() })
  expect(code).toBe(1)
  expect(output).toContain('script tried accessing undeclared key')
})

test('it opens as many Redis connections as it is told', async () => {
  const standIn = await started({
    ...(await environment()),
    REDIS_URL: redis.url(3),
    STAND_IN_REDIS_CONNECTIONS: '40',
  })
  const client = new Redis(redis.url(3))
  const list = String(await client.client('LIST'))
  client.disconnect()
  expect(
    list.split('\n').filter(line => line.includes('name=bull:') && line.includes(' db=3 ')),
  ).toHaveLength(40)
  expect(await standIn.stop()).toBe(0)
})

test('it holds the memory it is told to hold', async () => {
  const standIn = await started({ ...(await environment()), STAND_IN_HOLD_MIB: '200' })
  const status = readFileSync(`/proc/${standIn.child.pid}/status`, 'utf8')
  expect(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024).toBeGreaterThan(200)
})

test('a request body that is not JSON gives 500, and is in no log', async () => {
  const standIn = await started(await environment())
  const headers = { 'content-type': 'application/json' }
  const url = `${standIn.url}/api/v3/auth/login`
  const response = await fetch(url, { method: 'POST', headers, body: '{"password": hidden-word' })
  expect(await response.json()).toMatchObject({
    message: 'Something went wrong',
    error: 'InternalServerError',
  })
  expect(response.status).toBe(500)
  await standIn.stop()
  expect(standIn.output()).toContain('/api/v3/auth/login 500')
  expect(standIn.output()).not.toContain('hidden-word')
})

test('bundled into one file, away from its libraries, it runs all the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-bundle-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const main = join(folder, 'main.mjs')
  await bundleServer(main)
  const standIn = await startStandIn(await environment(), main)
  onTestFinished(async () => void (await standIn.stop()))
  await standIn.ready()
  const { body } = await request(standIn.url, 'GET', '/api/v1/admin/config')
  expect(body.config.initialized).toBe(false)
  // It knows the recordings, too.
  const strange = async (path: string) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(standIn.url + path, { method: 'POST', headers, body: '{"accessToken":"x"}' })
    return [answer.status, answer.headers.has('x-sealift-stand-in-unrecorded')]
  }
  expect(await strange('/api/v9/none')).toEqual([404, false])
  expect(await strange('/api/v1/auth/token/renew')).toEqual([401, true])
  expect(await standIn.stop()).toBe(0)
})

test('the newer release migrates further, one step at a time; the older one refuses what that made', async () => {
  const env = await environment()
  expect(await (await started(env)).stop()).toBe(0)
  const client = new pg.Client({ connectionString: env.DB_CONNECTION_URI })
  await client.connect()
  onTestFinished(() => client.end())
  const newest = async () => {
    const { rows } = await client.query('SELECT name FROM infisical_migrations ORDER BY id DESC LIMIT 1')
    const lock = await client.query('SELECT is_locked FROM infisical_migrations_lock')
    return [rows[0].name, lock.rows[0].is_locked]
  }
  await client.query(
    `CREATE TABLE stand_in_orders AS SELECT 'fail 20261001090000_project-descriptions.mjs' AS what`,
  )
  const newer = { ...env, STAND_IN_NEWER: '1' }
  const failed = await ended(newer)
  expect(failed.output).toMatch(
    /migration file .*20261001090000_project-descriptions\.mjs.* failed, as ordered/,
  )
  // What came before the step that fails stays, and so does knex's lock.
  expect(await newest()).toEqual(['20261001080000_secret-reminders.mjs', 1])
  const older = await ended(env)
  expect(older.code).toBe(1)
  expect(older.output).toContain(
    'The migration directory is corrupt, the following files are missing: 20261001080000_secret-reminders.mjs',
  )
  await client.query('DELETE FROM stand_in_orders')
  expect(await (await started(newer)).stop()).toBe(0)
  expect(await newest()).toEqual(['20261002070000_organization-names.mjs', 0])
})
