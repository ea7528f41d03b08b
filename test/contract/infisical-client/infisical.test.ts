import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createInfisical } from '../../../src/adapters/infisical/index.ts'
import { secretData } from '../../../src/kernel/access/index.ts'
import {
  type Infisical,
  type InfisicalSession,
  kinds,
  Secret,
  type SecretPlace,
} from '../../../src/kernel/ports/index.ts'
import { rehearse } from '../../../src/site/plan/index.ts'
import { ensureAdmin, ensureTenancy, foreseeServer } from '../../../src/site/wire/index.ts'
import { newKeys, type StandIn, startStandIn } from '../../support/infisical/process.ts'
import type { MemoryCluster } from '../../support/memory-cluster.ts'
import { type PostgresServer, type RedisServer, startPostgres, startRedis } from '../../support/services.ts'
import { rejection, secretIn, siteCluster } from '../../unit/site/wire/memory.ts'
import { systemClock, systemRandom } from './system.ts'

// In order, as an install does it: each test goes on from what the one before it made.
let server: StandIn
let infisical: Infisical
let session: InfisicalSession
let place: SecretPlace
let cluster: MemoryCluster
let postgres: PostgresServer
let redis: RedisServer
const email = 'admin@site.local'

beforeAll(async () => {
  ;[cluster, postgres, redis] = await Promise.all([siteCluster(), startPostgres(), startRedis()])
  const uri = await postgres.createDatabase('infisical')
  const urls = {
    DB_CONNECTION_URI: uri,
    REDIS_URL: redis.url(),
    SITE_URL: 'http://infisical.infisical.svc:8080',
  }
  server = await startStandIn({ ...newKeys(), ...urls })
  infisical = createInfisical({ baseUrl: server.url, clock: systemClock })
})
afterAll(async () => {
  await server.stop()
  await Promise.all([postgres.stop(), redis.stop()])
})

const bootstrapping = () => ({
  ...{ cluster, infisical, random: systemRandom, email, organization: 'openova' },
  namespace: 'infisical',
})

const admin = () => secretIn(cluster, 'sealift-system', 'infisical-admin')
const credentials = () => secretIn(cluster, 'external-secrets', 'infisical-universal-auth')

describe('the client of Infisical, against a server', () => {
  it('waits while the server starts', async () => {
    expect(await infisical.status()).toEqual({ initialized: false })
  })

  it('bootstraps it and logs in as the admin', async () => {
    const made = await ensureAdmin(bootstrapping())
    expect(made.bootstrapped).toBe(true)
    expect(await infisical.status()).toEqual({ initialized: true })
    expect((await admin())?.['organizationId']).toBe(made.session.organizationId)
    // Nobody is an administrator by a token without an end.
    expect(await made.session.identities('Instance Admin Identity')).toEqual([])
  })

  it('cannot bootstrap it twice, and says so without the password', async () => {
    const password = new Secret('Correct-Horse-9-Battery')
    const error = await rejection(infisical.bootstrap(email, password, 'openova'))
    expect(error.code).toBe('SERVER_FAILED')
    expect(error.message).toBe(
      'Infisical answered 400 to POST /api/v1/admin/bootstrap: Instance has already been set up',
    )
    expect(inspect(error, { depth: 9 })).not.toContain(password.reveal())
  })

  it('logs in again at a rerun, also without knowing the organisation', async () => {
    const again = await ensureAdmin(bootstrapping())
    expect(again.bootstrapped).toBe(false)
    session = again.session
    const password = new Secret((await admin())?.['password'] ?? '')
    expect((await infisical.login(email, password)).organizationId).toBe(session.organizationId)
  })

  it('says that a login was refused', async () => {
    const error = await rejection(infisical.login(email, new Secret('wrong-horse')))
    expect(error.message).toBe('Infisical answered 400 to POST /api/v3/auth/login: Invalid credentials')
    expect(inspect(error, { depth: 9 })).not.toContain('wrong-horse')
  })

  it('makes the least tenancy, and makes it again without a change', async () => {
    const needs = { cluster, infisical, session, namespace: 'external-secrets' }
    const made = await ensureTenancy(needs)
    expect(made.changed).toBe(true)
    place = made.place
    const before = await credentials()
    expect(Object.keys(before ?? {})).toEqual(['clientId', 'clientSecret'])
    expect(await ensureTenancy(needs)).toEqual({ place, joined: false, changed: false })
    expect(await credentials()).toEqual(before)
  })

  it('makes every step again where Kubernetes has lost the credentials', async () => {
    const before = await credentials()
    await cluster.delete(kinds.secret, 'infisical-universal-auth', 'external-secrets')
    const identities = await session.identities('external-secrets')
    const own = await session.createClientSecret(identities[0]?.id ?? '', "somebody's own")
    await ensureTenancy({ cluster, infisical, session, namespace: 'external-secrets' })
    expect(await session.identities('external-secrets')).toEqual(identities)
    expect(identities).toHaveLength(1)
    expect((await credentials())?.['clientId']).toBe(before?.['clientId'])
    expect((await credentials())?.['clientSecret']).not.toBe(before?.['clientSecret'])
    const login = (clientSecret: Secret) =>
      infisical.loginIdentity({ clientId: before?.['clientId'] ?? '', clientSecret })
    await expect(login(new Secret(before?.['clientSecret'] ?? ''))).rejects.toMatchObject({
      code: 'SERVER_FAILED',
      message: expect.stringContaining('Invalid credentials'),
    })
    for (const good of [own, new Secret((await credentials())?.['clientSecret'] ?? '')]) await login(good)
  })

  it('ends a lockout that somebody with a revoked client secret has brought about', async () => {
    const { clientId = '', clientSecret = '' } = (await credentials()) ?? {}
    const login = (secret: string) => infisical.loginIdentity({ clientId, clientSecret: new Secret(secret) })
    for (let time = 0; time < 3; time++) await rejection(login('a'.repeat(64)))
    expect((await rejection(login(clientSecret))).message).toContain('temporarily locked')
    const [identity] = await session.identities('external-secrets')
    await session.clearLockouts(identity?.id ?? '')
    await login(clientSecret)
  })

  it('writes, changes, reads and deletes secrets', async () => {
    expect(await session.secret(place, 'A')).toBeUndefined()
    expect(await session.secretNames(place)).toEqual([])
    expect(await session.putSecret(place, 'A', new Secret('one'))).toBe(true)
    // Not expanded on the way back.
    const reference = ['two $', '{A} é'].join('')
    expect(await session.putSecret(place, 'A', new Secret(reference))).toBe(true)
    expect((await session.secret(place, 'A'))?.reveal()).toBe(reference)
    expect(await session.secretNames(place)).toEqual(['A'])
    expect(await session.deleteSecret(place, 'A')).toBe(true)
    expect(await session.deleteSecret(place, 'A')).toBe(false)
    expect(await session.secret(place, 'A')).toBeUndefined()
  })

  it.each(['v', ' v ', 'v\n\n', '\tpem\r\n', ''])('writes the value %j once', async value => {
    expect(await session.putSecret(place, 'ONCE', new Secret(value))).toBe(true)
    expect(await session.putSecret(place, 'ONCE', new Secret(value))).toBe(false)
    expect(await session.deleteSecret(place, 'ONCE')).toBe(true)
  })

  it('says what is wrong with a write, and not what was written', async () => {
    const missing = await rejection(
      session.putSecret({ ...place, path: '/nope' }, 'A', new Secret('hunter2')),
    )
    expect(missing.message).toBe(
      "Infisical answered 404 to POST /api/v3/secrets/raw/A: Folder with path '/nope' in environment with slug 'prod' not found",
    )
    const named = await rejection(session.putSecret(place, 'A:B', new Secret('hunter2')))
    expect(named.message).toContain('422')
    expect(named.message).toContain('Secret name cannot contain colon or forward slash.')
    expect(inspect([missing, named], { depth: 9 })).not.toContain('hunter2')
  })

  it('makes nested folders, environments, and finds projects', async () => {
    expect(await session.project('no-such')).toBeUndefined()
    const project = await session.createProject('talent-mesh', 'talent-mesh')
    expect(project.environments.map(({ slug }) => slug)).toEqual(['dev', 'staging', 'prod'])
    await session.createEnvironment(project.id, 'Databases', 'databases')
    const nested = { projectId: project.id, environment: 'databases', path: '/a/b/c' }
    expect(await session.looks.folder(nested)).toBe(false)
    expect(await session.ensureFolder(nested)).toBe(true)
    expect(await session.looks.folder(nested)).toBe(true)
    expect(await session.looks.folder({ ...nested, path: '/a/x' })).toBe(false)
    expect(await session.ensureFolder(nested)).toBe(false)
    expect(await session.ensureFolder({ ...nested, path: '/a/b/d' })).toBe(true)
    expect(await session.ensureFolder({ ...nested, path: '/' })).toBe(false)
    await session.putSecret(nested, 'K', new Secret('v'))
    const found = await session.project('talent-mesh')
    expect(found?.environments.map(({ slug }) => slug)).toContain('databases')
  })

  it('makes a privilege permit what it shall, and writes it only where it does not', async () => {
    const project = await session.project('platform-shared')
    const { id } = await session.createIdentity('machine')
    const ensure = (action: string[]) =>
      session.ensurePrivilege(project?.id ?? '', id, 'some', [{ subject: 'secrets', action }])
    const looks = async (action: string) => [
      await session.looks.member(project?.id ?? '', id),
      await session.looks.privilege(project?.id ?? '', id, 'some', [
        { subject: 'secrets', action: [action] },
      ]),
    ]
    expect(await looks('describeSecret')).toEqual([false, false])
    expect(await session.addToProject(project?.id ?? '', id, 'no-access')).toBe(true)
    expect(await session.addToProject(project?.id ?? '', id, 'viewer')).toBe(false)
    expect(await ensure(['readValue', 'describeSecret'])).toBe(true)
    expect(await ensure(['describeSecret', 'readValue'])).toBe(false)
    expect(await ensure(['describeSecret'])).toBe(true)
    expect(await ensure(['describeSecret'])).toBe(false)
    expect(await looks('describeSecret')).toEqual([true, true])
    expect(await looks('readValue')).toEqual([true, false])
  })

  it('finds a member behind the first hundred', async () => {
    const { id = '' } = (await session.project('platform-shared')) ?? {}
    const names = Array.from({ length: 101 }, (_, i) => `many-${String(i).padStart(3, '0')}`)
    const made: string[] = []
    for (const name of names) made.push((await session.createIdentity(name)).id)
    for (const identityId of made) expect(await session.addToProject(id, identityId, 'no-access')).toBe(true)
    expect(await session.addToProject(id, made.at(-1) ?? '', 'no-access')).toBe(false)
  })

  it('deletes an identity, once, and lists those of one name', async () => {
    const [one, two] = [await session.createIdentity('twin'), await session.createIdentity('twin')]
    await session.createIdentity('twin-of-none')
    expect((await session.identities('twin')).map(({ id }) => id).sort()).toEqual([one.id, two.id].sort())
    expect(await session.deleteIdentity(one.id)).toBe(true)
    expect(await session.deleteIdentity(one.id)).toBe(false)
    expect(await session.identities('twin')).toEqual([two])
  })

  it('revokes the tokens of an identity that has them', async () => {
    // Bootstrap makes one, and the install has taken it away: here is another server.
    const uri = await postgres.createDatabase('tokens')
    const urls = { DB_CONNECTION_URI: uri, REDIS_URL: redis.url(3), SITE_URL: 'http://infisical.test' }
    const fresh = await startStandIn({ ...newKeys(), ...urls })
    onTestFinished(async () => void (await fresh.stop()))
    const client = createInfisical({ baseUrl: fresh.url, clock: systemClock })
    await client.status()
    const { identityId } = await client.bootstrap(email, new Secret('Correct-Horse-9'), 'o')
    const admin = await client.login(email, new Secret('Correct-Horse-9'))
    expect(await admin.identities('Instance Admin Identity')).toEqual([
      { id: identityId, role: 'admin', authMethods: ['token-auth'] },
    ])
    expect(await admin.revokeTokens(identityId)).toBe(1)
    expect(await admin.revokeTokens(identityId)).toBe(0)
  })

  it('is foreseen to want nothing where all is made, and what is gone where it is not', async () => {
    const foresee = async () => {
      const rehearsal = rehearse(cluster)
      const foreseen = await foreseeServer({
        ...bootstrapping(),
        ...{ cluster: rehearsal.cluster, operatorNamespace: 'external-secrets' },
      })
      const changed = rehearsal.objects().filter(({ change }) => change !== 'stays')
      return [...foreseen, ...changed].map(({ change, kind }) => `${change} ${kind}`)
    }
    expect(await foresee()).toEqual([])
    const kept = await cluster.get(kinds.secret, 'infisical-universal-auth', 'external-secrets')
    await cluster.delete(kinds.secret, 'infisical-universal-auth', 'external-secrets')
    const before = (await credentials()) === undefined
    expect([before, await foresee()]).toEqual([
      true,
      ['create client secret', 'remove client secret', 'create Secret'],
    ])
    if (kept !== undefined)
      await cluster.apply({ ...kept, metadata: { ...kept.metadata, resourceVersion: undefined } })
    expect(await foresee()).toEqual([])
  })

  it('gives the identity a token that reads the probe and no more', async () => {
    const { clientId = '', clientSecret = '' } = (await credentials()) ?? {}
    const token = await infisical.loginIdentity({ clientId, clientSecret: new Secret(clientSecret) })
    await session.putSecret(place, 'SEEN', new Secret('yes'))
    const read = async (query: string) => {
      const response = await fetch(`${server.url}/api/v3/secrets/raw?${query}`, {
        headers: { authorization: `Bearer ${token.reveal()}` },
      })
      const { secrets } = (await response.json()) as { secrets?: { secretKey: string }[] }
      return { status: response.status, keys: secrets?.map(({ secretKey }) => secretKey) ?? [] }
    }
    const scope = 'workspaceSlug=platform-shared&environment=prod'
    expect(await read(`${scope}&secretPath=/sealift-probe`)).toEqual({ status: 200, keys: ['SEEN'] })
    expect((await read(`${scope}&secretPath=/`)).keys).toEqual([])
    expect((await read('workspaceSlug=talent-mesh&environment=prod&secretPath=/')).keys).toEqual([])
  })

  it('leaves no secret in the log of the server', async () => {
    const secrets = (await cluster.list(kinds.secret)).flatMap(object => [...secretData(object)])
    const values = secrets
      .filter(([key]) => ['password', 'clientSecret'].includes(key))
      .map(([, value]) => value.reveal())
    // The admin's password in both places, and ESO's client secret.
    expect([values.length, new Set(values).size]).toEqual([3, 2])
    for (const value of values) expect(server.output()).not.toContain(value)
  })
})
