import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clock } from '../../../src/adapters/clock.ts'
import { createDragonfly } from '../../../src/adapters/dragonfly/index.ts'
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import { parseSite } from '../../../src/kernel/inputs/index.ts'
import { kinds, Secret } from '../../../src/kernel/ports/index.ts'
import {
  askCache,
  askDatabase,
  environmentOf,
  inspectCache,
  inspectDatabase,
  keysFor,
  makeKeys,
  markDatabase,
  type OwnDatabase,
  ownDatabase,
  planDatabase,
  purgeDatabase,
  readyDatabase,
  refuseOthersDatabase,
  type SiteServices,
  storedKeys,
  storeKeys,
  withPassword,
} from '../../../src/site/wire/index.ts'
import { secretObject } from '../../../src/site/wire/secrets.ts'
import type { MemoryCluster } from '../../support/memory-cluster.ts'
import { type PostgresServer, type RedisServer, startPostgres, startRedis } from '../../support/services.ts'
import { countingRandom, rejection, secretIn, siteCluster } from '../../unit/site/wire/memory.ts'
import { smallSite } from '../../unit/site/wire/sites.ts'

// The services of a site file, reached as an install reaches them: names of services, through forwarded ports.
let postgres: PostgresServer
let redis: RedisServer
let cluster: MemoryCluster
let services: SiteServices

beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
})
afterAll(async () => {
  await Promise.all([postgres.stop(), redis.stop()])
})
beforeEach(async () => {
  cluster = await siteCluster(
    secretObject('databases', 'postgres-superuser', { username: postgres.user, password: postgres.password }),
    secretObject('databases', 'dragonfly-auth', { password: redis.password }),
  )
  cluster.behaviour.services = {
    'databases/postgres-cluster-rw:5432': postgres,
    // The same server under another name.
    'databases/moved:5432': postgres,
    'databases/dragonfly:6379': redis,
  }
  services = servicesOf(
    smallSite
      .replace('database:\n', 'database:\n  tls: disable\n')
      .replace(
        'dragonfly:\n',
        'dragonfly:\n  password: { namespace: databases, name: dragonfly-auth, key: password }\n',
      ),
  )
})

const unclaimed = { namespace: 'infisical', data: true, takeOver: false }

function servicesOf(text: string): SiteServices {
  const site = parseSite(text, 'site.yaml')
  const ports = { cluster, database: createPostgres(), cache: createDragonfly(), random: countingRandom() }
  return { ...ports, clock, site, namespace: 'infisical' }
}

describe('the services of a site', () => {
  it('are looked at, made, used again with the same password, and purged', async () => {
    const own = await ownDatabase(services, undefined)
    expect(await inspectDatabase(services, own, 20)).toMatchObject({ facts: { maxConnections: 100 } })
    expect(await inspectDatabase(services, own, 20)).not.toHaveProperty('state')
    expect(await readyDatabase(services, own, 20)).toEqual({ role: 'created', database: 'created' })
    const derived = {
      siteUrl: 'http://infisical.infisical.svc:8080',
      memory: { NODE_OPTIONS: '--max-old-space-size=768' },
    }
    const keys = await keysFor(cluster, services.random, 'infisical', false)
    const environment = await environmentOf(services, own, derived)
    await storeKeys(cluster, { namespace: 'infisical', keys, environment })

    const again = await ownDatabase(services, await storedKeys(cluster, 'infisical'))
    expect(again.uri.reveal()).toBe(own.uri.reveal())
    expect(await readyDatabase(services, again, 20)).toEqual({ role: 'unchanged', database: 'unchanged' })
    const claim = { own: again, stored: await storedKeys(cluster, 'infisical'), role: true, ...unclaimed }
    await refuseOthersDatabase(services, claim)
    expect((await inspectDatabase(services, again, 20)).state).toEqual({ infisical: false, tables: 0 })
    expect(await secretIn(cluster, 'infisical', 'infisical-secrets')).toMatchObject({
      DB_CONNECTION_URI: `postgresql://infisical:${own.parts.password.reveal()}@postgres-cluster-rw.databases.svc:5432/infisical`,
      REDIS_URL: `redis://:${redis.password}@dragonfly.databases.svc:6379/0`,
    })

    // As the pods do, with what they have in their environment.
    expect(await askDatabase(services, again.uri)).toMatchObject({
      ...{ user: 'infisical', database: 'infisical', state: { infisical: false, tables: 0 } },
      facts: { maxConnections: 100, freeConnections: expect.any(Number) },
    })
    const { REDIS_URL = '' } = (await secretIn(cluster, 'infisical', 'infisical-secrets')) ?? {}
    expect(await askCache(services, new Secret(REDIS_URL))).toMatchObject({ server: 'redis', keys: 0 })
    const wrong = new Secret(again.uri.reveal().replace(/:[^:@]+@/, ':wrong-horse@'))
    const denied = await rejection(askDatabase(services, wrong))
    expect([denied.code, denied.message.includes('wrong-horse')]).toEqual(['DATABASE_DENIED', false])

    await purgeDatabase(services)
    expect(await inspectDatabase(services, again, 20)).not.toHaveProperty('state')
  })

  it('are planned as they are then made, and nothing is made by it', async () => {
    const own = await ownDatabase(services, undefined)
    const planned = async (login = own, fingerprint?: string) =>
      (await planDatabase(services, login, 20, fingerprint)).map(({ change, kind }) => `${change} ${kind}`)
    const all = ['create role', 'create database', 'create tables', 'change comment']
    expect(await planned()).toEqual(all)
    expect(await planned()).toEqual(all)
    await readyDatabase(services, own, 20)
    expect(await planned()).toEqual(['create tables', 'change comment'])
    await markDatabase(services, own, '0123456789abcdef')
    expect(await planned(own, '0123456789abcdef')).toEqual(['create tables'])
    expect(await planned(own, 'fedcba9876543210')).toEqual(['create tables', 'change comment'])
    // A role whose password nobody knows any more gets another one.
    const other = withPassword(own, new Secret('another-horse'))
    expect(await planned(other, '0123456789abcdef')).toEqual([
      'change role',
      'create tables',
      'change comment',
    ])
    await purgeDatabase(services)
  })

  it('are refused to another site that names the same role: its keys know nothing of it', async () => {
    const first = await ownDatabase(services, undefined)
    expect((await inspectDatabase(services, first, 20)).role).toBe(false)
    await readyDatabase(services, first, 20)
    const another = servicesOf(
      smallSite.replace('database:\n', 'database:\n  tls: disable\n  name: infisical_b\n'),
    )
    const second = await ownDatabase(another, undefined)
    const look = await inspectDatabase(another, second, 20)
    expect(look).toMatchObject({ role: true })
    expect(look).not.toHaveProperty('state')
    const claim = { own: second, stored: undefined, role: look.role, ...unclaimed }
    await expect(refuseOthersDatabase(another, claim)).rejects.toMatchObject({
      code: 'FOREIGN_INSTALL',
      message: expect.stringContaining('role infisical is in PostgreSQL already'),
    })
    expect(await readyDatabase(services, first, 20)).toEqual({ role: 'unchanged', database: 'unchanged' })
    await purgeDatabase(services)
  })

  describe('kept on another server than the site file names now', () => {
    const moved = smallSite
      .replace('postgres-cluster-rw', 'moved')
      .replace('database:\n', 'database:\n  tls: disable\n')
    const word = (own: OwnDatabase) => own.parts.password

    /** The site's keys, made for the first server, and what the second one has. */
    async function kept() {
      const first = await ownDatabase(services, undefined)
      const stored = { ...makeKeys(countingRandom()), databaseUri: first.uri }
      const at = servicesOf(moved)
      const own = await ownDatabase(at, stored)
      return { at, own, stored, first }
    }
    const elsewhere = {
      code: 'FOREIGN_INSTALL',
      message: expect.stringContaining(
        'in database infisical at postgres-cluster-rw.databases.svc:5432; the site file names infisical at moved.databases.svc:5432',
      ),
    }

    it('are left alone without a word from the user, whatever is there', async () => {
      const { at, own, stored } = await kept()
      for (const role of [false, true])
        await expect(refuseOthersDatabase(at, { own, stored, role, ...unclaimed })).rejects.toMatchObject(
          elsewhere,
        )
      await refuseOthersDatabase(at, { own, stored, role: false, ...unclaimed, takeOver: true })
    })

    it('never take the role of another site there, not even when told to', async () => {
      const theirs = {
        ...servicesOf(moved),
        random: { bytes: (length: number) => new Uint8Array(length).fill(7) },
      }
      const other = await ownDatabase(theirs, undefined)
      await readyDatabase(theirs, other, 20)
      const { at, own, stored } = await kept()
      const { role } = await inspectDatabase(at, own, 20)
      expect(role).toBe(true)
      const claim = { own, stored, role, ...unclaimed, takeOver: true }
      await expect(refuseOthersDatabase(at, claim)).rejects.toMatchObject({ code: 'FOREIGN_INSTALL' })
      // Still theirs: their password logs in.
      expect(await readyDatabase(theirs, other, 20)).toEqual({ role: 'unchanged', database: 'unchanged' })
      await purgeDatabase(theirs)
    })

    it('go on where role and data have moved there: their own login is taken', async () => {
      const { at, own, stored, first } = await kept()
      expect(word(own).reveal()).toBe(word(first).reveal())
      await readyDatabase(at, own, 20)
      await refuseOthersDatabase(at, { own, stored, role: true, ...unclaimed })
      // But not where only the login is, and the data is still where it was.
      const empty = { own, stored, role: true, ...unclaimed, data: false }
      await expect(refuseOthersDatabase(at, empty)).rejects.toMatchObject(elsewhere)
      await purgeDatabase(at)
    })
  })

  it('are only checked where the site names a URI, which is passed on as it is', async () => {
    const uri = await postgres.createDatabase('theirs')
    const text = uri.replace(`127.0.0.1:${postgres.port}`, 'postgres-cluster-rw.databases.svc:5432')
    await cluster.apply(secretObject('infisical', 'infisical-database', { uri: text }))
    const ref = 'uri: { namespace: infisical, name: infisical-database, key: uri }'
    const admin = 'admin: { namespace: databases, name: postgres-superuser }'
    const withUri = servicesOf(smallSite.replace(admin, `${ref}\n  tls: disable`))
    const own = await ownDatabase(withUri, undefined)
    expect(own.uri.reveal()).toBe(text)
    expect(await inspectDatabase(withUri, own, 20)).toMatchObject({ state: { infisical: false, tables: 0 } })
    expect(await readyDatabase(withUri, own, 20)).toBeUndefined()
    await purgeDatabase(withUri)
    expect(await inspectDatabase(withUri, own, 20)).toHaveProperty('state')

    // As CloudNativePG names its Service in the URI that it writes.
    const service = { name: 'postgres-cluster-rw', namespace: 'databases' }
    await cluster.apply({ ...kinds.service, metadata: service })
    const short = new Secret(text.replace('.databases.svc:', '.databases:'))
    expect(await askDatabase(withUri, short)).toMatchObject({ state: { infisical: false, tables: 0 } })
  })

  it('name the server as the site file does when a login fails', async () => {
    const secret = { username: postgres.user, password: 'wrong-horse' }
    await cluster.apply(secretObject('databases', 'postgres-superuser', secret))
    const error = await rejection(inspectDatabase(services, await ownDatabase(services, undefined), 20))
    expect(error.code).toBe('DATABASE_DENIED')
    expect(error.message).toContain('postgres-cluster-rw.databases.svc')
    expect(error.message).not.toContain('wrong-horse')
  })

  it('include the cache', async () => {
    expect(await inspectCache(services, { connections: 90, empty: true })).toMatchObject({
      server: 'redis',
      keys: 0,
    })
  })
})
