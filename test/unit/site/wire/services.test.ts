import { describe, expect, it } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { adminLogin, cacheLogin } from '../../../../src/site/wire/connection.ts'
import {
  cacheConnections,
  checkCache,
  checkDatabase,
  databaseConnections,
  reach,
} from '../../../../src/site/wire/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { cacheOf, rejection, sessionOf, siteCluster } from './memory.ts'
import { smallSite } from './sites.ts'

const row = { number: 160004, version: '16.4', encoding: 'UTF8', maximum: 100, reserved: 3, used: 10 }
const endpoint = { host: '127.0.0.1', port: 40000 }

describe('checkDatabase', () => {
  it('gives the facts of a server that fits', async () => {
    expect(await checkDatabase(sessionOf(row), databaseConnections(1), 'infisical')).toEqual({
      version: '16.4',
      encoding: 'UTF8',
      maxConnections: 100,
      freeConnections: 87,
    })
  })

  it('refuses PostgreSQL 13, and lists what else is wrong with it', async () => {
    const old = sessionOf({ ...row, number: 130014, version: '13.14', maximum: 20 })
    const error = await rejection(checkDatabase(old, databaseConnections(1), 'infisical'))
    expect(error.code).toBe('DATABASE_UNFIT')
    expect(error.exitCode).toBe(47)
    expect(error.faults).toEqual([
      'PostgreSQL 13.14 is too old: Infisical needs 14 or later',
      '7 of 20 connections are free; Infisical may open 20',
    ])
    expect(error.hints).toContain('Raise max_connections by at least 13, or put a pooler in front.')
  })

  it('refuses another encoding', async () => {
    const error = await rejection(checkDatabase(sessionOf({ ...row, encoding: 'LATIN1' }), 20, 'infisical'))
    expect(error.faults).toEqual(['database infisical has encoding LATIN1; Infisical needs UTF8'])
  })
})

describe('checkCache', () => {
  const answers = {
    INFO: '# Server\r\nredis_version:7.4.0\r\ndragonfly_version:df-v1.38.0\r\nconnected_clients:10\r\nmax_clients:64000\r\nmaxmemory_policy:noeviction\r\n',
    SELECT: 'OK',
    DBSIZE: 0,
    EVAL: '',
  }
  const needs = { database: 2, connections: cacheConnections(1) }

  it('gives the facts of a Dragonfly that fits', async () => {
    expect(await checkCache(cacheOf(answers), needs)).toEqual({
      server: 'dragonfly',
      version: 'df-v1.38.0',
      policy: 'noeviction',
      freeConnections: 63_990,
      keys: 0,
    })
  })

  it.each([
    [
      { INFO: answers.INFO.replace('noeviction', 'eviction') },
      /maxmemory_policy eviction/,
      '--cache_mode=false',
    ],
    [
      { INFO: answers.INFO.replace('64000', '64') },
      /54 connections are free; Infisical may open 90/,
      '--maxclients',
    ],
    [{ SELECT: new Error('ERR DB index is out of range') }, /database 2 cannot be selected/, '--dbnum=3'],
    [{ SELECT: new Error('SELECT is not allowed in cluster mode') }, /cluster mode/, '--cluster_mode='],
    [
      { EVAL: new Error('ERR script tried accessing undeclared key') },
      /undeclared key/,
      'allow-undeclared-keys',
    ],
  ])('names the Dragonfly flag for a fault (%#)', async (changed, fault, flag) => {
    const error = await rejection(checkCache(cacheOf({ ...answers, ...changed }), needs))
    expect(error.code).toBe('CACHE_UNFIT')
    expect(error.exitCode).toBe(50)
    expect(error.faults).toEqual([expect.stringMatching(fault)])
    expect(error.hints).toEqual([expect.stringContaining(flag)])
  })

  it('says which command a user may not give', async () => {
    const error = await rejection(checkCache(cacheOf({ ...answers, INFO: new Error('NOPERM') }), needs))
    expect(error).toMatchObject({ code: 'CACHE_UNFIT', message: 'Dragonfly refuses INFO: NOPERM' })
  })

  it.each(['INFO', 'EVAL', 'SELECT', 'DBSIZE', 'CONFIG'])(
    'does not take a lost connection for a refusal of %s',
    async word => {
      const lost = new SealiftError('CACHE_UNREACHABLE', 'closed')
      const redis = { ...answers, INFO: 'redis_version:7.2.0\r\n', CONFIG: [] }
      expect(await rejection(checkCache(cacheOf({ ...redis, [word]: lost }), needs))).toBe(lost)
    },
  )

  it('does without CONFIG where that is forbidden', async () => {
    const managed = { ...answers, INFO: 'redis_version:7.2.0\r\n', CONFIG: new Error('NOPERM') }
    expect(await checkCache(cacheOf(managed), needs)).toEqual({
      server: 'redis',
      version: '7.2.0',
      policy: undefined,
      freeConnections: undefined,
      keys: 0,
    })
  })
})

describe('logins from Secrets', () => {
  const site = parseSite(smallSite, 'site.yaml')

  it('read user and password, line ends trimmed', async () => {
    const cluster = await siteCluster(
      secretObject('databases', 'postgres-superuser', { username: 'postgres\n', password: 'pw\n' }),
    )
    const login = await adminLogin(cluster, site, endpoint)
    expect(login).toMatchObject({ ...endpoint, user: 'postgres', database: 'postgres', tls: 'require' })
    // What others have made in a database is not called with an administrator's rights.
    expect(login?.catalogOnly).toBe(true)
    expect(login?.serverName).toBe('postgres-cluster-rw.databases.svc')
    expect(login?.password.reveal()).toBe('pw')
    expect(await cacheLogin(cluster, site, endpoint)).toEqual({
      ...endpoint,
      tls: false,
      serverName: 'dragonfly.databases.svc',
    })
  })

  it('say which Secret or key is missing', async () => {
    const none = await rejection(adminLogin(await siteCluster(), site, endpoint))
    expect(none.code).toBe('SITE_INVALID')
    expect(none.message).toBe('database.admin: there is no Secret databases/postgres-superuser')
    const half = await siteCluster(secretObject('databases', 'postgres-superuser', { username: 'postgres' }))
    const error = await rejection(adminLogin(half, site, endpoint))
    expect(error.message).toBe('database.admin: Secret databases/postgres-superuser has no key password')
  })
})

describe('reach', () => {
  const namespace = 'infisical'
  const service = (name: string, namespace: string) => ({ ...kinds.service, metadata: { name, namespace } })

  it('goes through the API server for services, and directly for anything else', async () => {
    const cluster = await siteCluster(service('pg-rw', 'databases'), service('cache', 'infisical'))
    cluster.behaviour.services = {
      'databases/pg-rw:5432': { host: '127.0.0.1', port: 40001 },
      'infisical/cache:5432': { host: '127.0.0.1', port: 40002 },
    }
    const way = async (host: string) => {
      const forward = await reach({ cluster, namespace }, 'database', { host, port: 5432 })
      await forward.close()
      return `${forward.host}:${forward.port}`
    }
    expect(await way('pg-rw.databases.svc')).toBe('127.0.0.1:40001')
    expect(await way('pg-rw.databases.svc.cluster.local')).toBe('127.0.0.1:40001')
    expect(await way('pg-rw.databases.svc.cluster.local.')).toBe('127.0.0.1:40001')
    expect(await way('PG-rw.databases')).toBe('127.0.0.1:40001')
    expect(await way('cache')).toBe('127.0.0.1:40002')
    // Of another namespace than the pod's, of a name that nobody has, and of one outside.
    for (const host of [
      'pg-rw',
      'pg.databases',
      'bank.example',
      'pg.bank.local',
      '10.0.0.5',
      '::1',
      'pg.data.svc.bank.example',
    ])
      expect(await way(host)).toBe(`${host}:5432`)
    // Whoever may not look for Services still gets to a server outside.
    cluster.behaviour.denies = (verb, kind) => verb === 'get' && kind.kind === 'Service'
    expect(await way('bank.example')).toBe('bank.example:5432')
  })

  it('does not take a cluster that does not answer for one without the Service', async () => {
    const failure = new SealiftError('CLUSTER_UNREACHABLE', 'no')
    const cluster = { ...(await siteCluster()), get: () => Promise.reject(failure) }
    const place = { host: 'pg-rw.databases', port: 5432 }
    await expect(reach({ cluster, namespace }, 'database', place)).rejects.toBe(failure)
  })

  const named = [
    ['database', 'DATABASE_UNREACHABLE', 'PostgreSQL', 48],
    ['dragonfly', 'CACHE_UNREACHABLE', 'Dragonfly', 51],
  ] as const

  it.each(named)('calls a Service of %s without a ready pod %s', async (server, code, name, exitCode) => {
    const host = 'main.databases.svc'
    const error = await rejection(
      reach({ cluster: await siteCluster(), namespace }, server, { host, port: 6379 }),
    )
    expect(error).toMatchObject({ code, exitCode })
    expect(error.message).toBe(
      `cannot reach ${name} at main.databases.svc:6379: no pod behind service databases/main is ready`,
    )
    expect(error.hints.at(-1)).toBe(
      `bring it up (kubectl -n databases get services,pods), or correct ${server} in the site file`,
    )
  })

  it.each(['CLUSTER_UNREACHABLE', 'CLUSTER_DENIED'] as const)('passes %s on as it is', async code => {
    const failure = new SealiftError(code, 'no')
    const cluster = { ...(await siteCluster()), forwardService: () => Promise.reject(failure) }
    const place = { host: 'main.databases.svc', port: 6379 }
    await expect(reach({ cluster, namespace }, 'dragonfly', place)).rejects.toBe(failure)
  })
})
