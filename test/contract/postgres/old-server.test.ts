/** A server that is too old, met through the real adapter: refused with its code before a statement that writes. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clock } from '../../../src/adapters/clock.ts'
import { createDragonfly } from '../../../src/adapters/dragonfly/index.ts'
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import { parseSite } from '../../../src/kernel/inputs/index.ts'
import { inspectDatabase, ownDatabase, type SiteServices } from '../../../src/site/wire/index.ts'
import { secretObject } from '../../../src/site/wire/secrets.ts'
import { type OldPostgres, startOldPostgres } from '../../support/old-postgres.ts'
import { countingRandom, rejection, siteCluster } from '../../unit/site/wire/memory.ts'
import { smallSite } from '../../unit/site/wire/sites.ts'

const fine = { encoding: 'UTF8', maximum: 100, reserved: 3, used: 10 }
let server: OldPostgres

beforeAll(async () => {
  server = await startOldPostgres({ number: 130014, version: '13.14', ...fine })
})
afterAll(() => server.stop())

async function servicesAt(postgres: OldPostgres): Promise<SiteServices> {
  const login = secretObject('databases', 'postgres-superuser', { username: 'postgres', password: 'any' })
  const cluster = await siteCluster(login)
  cluster.behaviour.services = { 'databases/postgres-cluster-rw:5432': postgres }
  const site = parseSite(smallSite.replace('database:\n', 'database:\n  tls: disable\n'), 'site.yaml')
  const ports = { cluster, database: createPostgres(), cache: createDragonfly(), random: countingRandom() }
  return { ...ports, clock, site, namespace: 'infisical' }
}

it('is refused when it is looked at, and nothing is changed on it', async () => {
  const services = await servicesAt(server)
  const error = await rejection(inspectDatabase(services, await ownDatabase(services, undefined), 20))
  expect([error.code, error.exitCode]).toEqual(['DATABASE_UNFIT', 47])
  expect(error.faults).toEqual(['PostgreSQL 13.14 is too old: Infisical needs 14 or later'])
  expect(error.hints).toEqual(['Upgrade the server, or name another one under database.host.'])
  expect(server.statements).toEqual([
    'SET statement_timeout = 30000',
    'SET search_path = pg_catalog',
    expect.stringMatching(/^SELECT current_setting\('server_version_num'\)/),
  ])
})
