import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clock } from '../../../src/adapters/clock.ts'
import { createDragonfly } from '../../../src/adapters/dragonfly/index.ts'
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import { SealiftError } from '../../../src/kernel/errors/index.ts'
import { parseSite } from '../../../src/kernel/inputs/index.ts'
import type { Database } from '../../../src/kernel/ports/index.ts'
import {
  askDatabase,
  environmentOf,
  inspectDatabase,
  keysFor,
  ownDatabase,
  podAddresses,
  type SiteServices,
  storeKeys,
} from '../../../src/site/wire/index.ts'
import { secretObject } from '../../../src/site/wire/secrets.ts'
import { connectionOf } from '../../support/infisical/server/database.ts'
import { type PostgresServer, startPostgres } from '../../support/services.ts'
import { startTlsPostgres, type TlsPostgres } from '../../support/tls-postgres.ts'
import { countingRandom, secretIn, siteCluster } from '../../unit/site/wire/memory.ts'
import { smallSite } from '../../unit/site/wire/sites.ts'

// What install and check say of a user's URI, beside what Infisical's own driver does with what its pod is given.
const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const
const sslmodes = [undefined, ...modes]
type Tls = 'disable' | 'require' | 'verify-full'
const allTls: readonly Tls[] = ['disable', 'require', 'verify-full']

const word = 'p%@ss/word'
let encrypting: TlsPostgres
let plain: PostgresServer

/** Role `tls-only` comes in with TLS alone, as with CloudNativePG's `hostssl`; whoever starts the server otherwise, too. */
const hba = 'hostssl all tls-only all scram-sha-256\nhost all postgres all scram-sha-256\n'

beforeAll(async () => {
  // It is not for localhost.
  ;[encrypting, plain] = await Promise.all([startTlsPostgres([], hba), startPostgres()])
  for (const server of [encrypting, plain]) {
    const client = new pg.Client({ connectionString: server.uri() })
    await client.connect()
    await client.query(`CREATE ROLE "tls-only" LOGIN PASSWORD ${pg.escapeLiteral(word)}`)
    await client.end()
  }
})
afterAll(() => Promise.all([encrypting.stop(), plain.stop()]))

const servers = {
  'with a certificate of its own': () => ({ server: encrypting, host: '127.0.0.1', user: 'postgres' }),
  'with a certificate for another name': () => ({ server: encrypting, host: 'localhost', user: 'postgres' }),
  'that refuses a login without TLS': () => ({ server: encrypting, host: '127.0.0.1', user: 'tls-only' }),
  'without TLS': () => ({ server: plain, host: '127.0.0.1', user: 'tls-only' }),
}
type Where = keyof typeof servers

function uriOf(where: Where, sslmode?: string): string {
  const { server, host, user } = servers[where]()
  const password = encodeURIComponent(user === 'postgres' ? server.password : word)
  const parameter = sslmode === undefined ? '' : `&sslmode=${sslmode}`
  return `postgres://${user}:${password}@${host}:${server.port}/postgres?application_name=x${parameter}`
}

const ssl = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
const outcome = (encrypted: unknown) => (encrypted === true ? 'encrypted' : 'plain')
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** How Infisical's own driver fares: encrypted, plain, or what it says. */
async function podFares(uri: string, ca: string | undefined): Promise<string> {
  const client = new pg.Client(connectionOf(uri, ca))
  client.on('error', () => {})
  try {
    await client.connect()
    return outcome((await client.query<{ ssl: boolean }>(ssl)).rows[0]?.ssl)
  } catch (error) {
    return messageOf(error)
  } finally {
    await client.end().catch(() => {})
  }
}

/** PostgreSQL, and how its sessions came in. */
function watched(): Database & { readonly seen: string[] } {
  const database = createPostgres()
  const seen: string[] = []
  const open: Database['open'] = async login => {
    const session = await database.open(login)
    const [row] = await session.query(ssl)
    seen.push(outcome(row?.['ssl']))
    return session
  }
  return { open, seen }
}

async function services(uri: string, tls: Tls) {
  const database = watched()
  const cluster = await siteCluster(
    secretObject('infisical', 'infisical-database', { uri }),
    secretObject('databases', 'postgres-ca', { 'ca.crt': encrypting.ca }),
  )
  const text = smallSite.replace(
    'admin: { namespace: databases, name: postgres-superuser }',
    `uri: { namespace: infisical, name: infisical-database, key: uri }\n  tls: ${tls}\n  ca: { namespace: databases, name: postgres-ca, key: ca.crt }`,
  )
  const site = parseSite(text, 'site.yaml')
  const random = countingRandom()
  const given: SiteServices = {
    ...{ cluster, database, cache: createDragonfly(), random, clock, site, namespace: 'infisical' },
  }
  return { ...given, database }
}

/** What a look says: how its sessions came in, or what the driver said that it was told by. */
async function lookFares(database: { seen: string[] }, look: () => Promise<unknown>): Promise<string> {
  database.seen.length = 0
  try {
    await look()
    return [...new Set(database.seen)].join()
  } catch (error) {
    if (!(error instanceof SealiftError)) throw error
    return messageOf(error.cause)
  }
}

describe.each(allTls)('with tls %s', tls => {
  const ca = () => (tls === 'verify-full' ? encrypting.ca : undefined)

  describe.each(Object.keys(servers) as Where[])('and a server %s', where => {
    it.each(sslmodes)('and sslmode %s, install and check fare as the pod does', async sslmode => {
      const at = await services(uriOf(where, sslmode), tls)
      const own = await ownDatabase(at, undefined).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'SITE_INVALID' })
      })
      if (own === undefined) return
      const looked = await lookFares(at.database, () => inspectDatabase(at, own, 20))

      const keys = await keysFor(at.cluster, at.random, 'infisical', false)
      const environment = await environmentOf(at, own, { siteUrl: 'http://infisical.test', memory: {} })
      await storeKeys(at.cluster, { namespace: 'infisical', keys, environment })
      const given = (await secretIn(at.cluster, 'infisical', 'infisical-secrets')) ?? {}
      const rootCert = given['DB_ROOT_CERT']
      expect(rootCert && Buffer.from(rootCert, 'base64').toString()).toBe(ca())
      const pod = await podFares(given['DB_CONNECTION_URI'] ?? '', ca())
      expect(looked).toBe(pod)

      const { databaseUri, databaseCa } = await podAddresses(at.cluster, 'infisical')
      if (databaseUri === undefined) throw new Error('it was not stored')
      expect(await lookFares(at.database, () => askDatabase(at, databaseUri, databaseCa))).toBe(pod)
    })
  })

  it.each(modes)('an sslmode %s is taken exactly where the pod would do what tls says', async sslmode => {
    const where = 'with a certificate for another name'
    const pod = await podFares(uriOf(where, sslmode), ca())
    const wanted = { disable: /^plain$/, require: /^encrypted$/, 'verify-full': /localhost/ }[tls]
    const at = await services(uriOf(where, sslmode), tls)
    const taken = await ownDatabase(at, undefined).then(
      () => true,
      () => false,
    )
    expect([pod, taken]).toEqual([pod, wanted.test(pod)])
  })
})

it('fares as the site file says, each where the server lets it', async () => {
  const fares = async (where: Where, tls: Tls) => {
    const at = await services(uriOf(where), tls)
    const own = await ownDatabase(at, undefined)
    return await podFares(own.uri.reveal(), own.place.ca)
  }
  expect(await fares('with a certificate of its own', 'disable')).toBe('plain')
  expect(await fares('with a certificate of its own', 'require')).toBe('encrypted')
  expect(await fares('with a certificate of its own', 'verify-full')).toBe('encrypted')
  expect(await fares('with a certificate for another name', 'require')).toBe('encrypted')
  expect(await fares('with a certificate for another name', 'verify-full')).toContain('altnames')
  expect(await fares('that refuses a login without TLS', 'disable')).toContain('no encryption')
  expect(await fares('that refuses a login without TLS', 'require')).toBe('encrypted')
  expect(await fares('without TLS', 'require')).toBe('The server does not support SSL connections')
  expect(await fares('without TLS', 'disable')).toBe('plain')
})

it("check says what an older URI of the pod's does, whatever the site file says", async () => {
  const at = await services(uriOf('with a certificate of its own'), 'require')
  for (const [sslmode, ca] of [
    ['require', undefined],
    [undefined, undefined],
    ['require', encrypting.ca],
    ['allow', undefined],
  ] as const) {
    const uri = uriOf('with a certificate of its own', sslmode)
    const asked = lookFares(at.database, async () => {
      const values = {
        DB_CONNECTION_URI: uri,
        ...(ca && { DB_ROOT_CERT: Buffer.from(ca).toString('base64') }),
      }
      await at.cluster.delete({ apiVersion: 'v1', kind: 'Secret' }, 'infisical-secrets', 'infisical')
      await at.cluster.apply(secretObject('infisical', 'infisical-secrets', values))
      const { databaseUri, databaseCa } = await podAddresses(at.cluster, 'infisical')
      if (databaseUri === undefined) throw new Error('it is not there')
      await askDatabase(at, databaseUri, databaseCa)
    })
    expect([sslmode, await asked]).toEqual([sslmode, await podFares(uri, ca)])
  }
})
